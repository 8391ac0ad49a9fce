# SPDX-License-Identifier: Apache-2.0
"""scale.py FIGURES GROWTH: from lines SIZE <tab> WHAT <tab> WAY <tab> FIGURE <tab> UNIT, any number of each, rows
like bench.h's: the ratios are against the smallest size. GROWTH.WHAT.dat get SIZE MEDIAN in microseconds of what
grows, for growth.gnuplot; GROWTH.list their names."""

import statistics
import sys

measured = {}
for line in open(sys.argv[1]):
    size, what, way, figure, unit = line.rstrip('\n').split('\t')
    measured.setdefault((what, way), {}).setdefault(int(size), (unit, []))[1].append(float(figure))

names = []
for (what, way), sizes in measured.items():
    smallest = min(sizes)
    base = statistics.median(sizes[smallest][1])
    for size, (unit, figures) in sorted(sizes.items()):
        figures.sort()
        cells = [f'{one / base:.3f}' for one in (figures[0], statistics.median(figures), figures[-1])] if base else [''] * 3
        other = '-' if size == smallest else f'among {smallest}'
        print(f'{what} among {size}', 1, way, other, f'{statistics.median(figures):.4g} {unit}', *cells, '', sep='\t')
    scale = {'us': 1, 'ms': 1000}.get(sizes[smallest][0])
    if scale:
        name = f'{len(names):02d}'
        names.append(f'{name}\t{what}, {way.removeprefix("ccm, ")}')
        with open(f'{sys.argv[2]}.{name}.dat', 'w') as out:
            for size, (unit, figures) in sorted(sizes.items()):
                print(size, statistics.median(figures) * scale, file=out)
with open(sys.argv[2] + '.list', 'w') as out:
    print('\n'.join(names), file=out)
