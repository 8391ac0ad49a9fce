# SPDX-License-Identifier: Apache-2.0
"""scale.py FIGURES PLOT: a table of SIZE <tab> WHAT <tab> FIGURE <tab> UNIT, and its growth as SVG."""

import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 480, 70, 240, 30, 50
COLOURS = ['#1b6ca8', '#d1495b', '#2e8b57', '#e09f3e', '#6c5b7b', '#3d3d3d', '#17a2b8', '#a0522d']

rows = {}
units = {}
for line in open(sys.argv[1]):
    size, what, figure, unit = line.rstrip('\n').split('\t')
    rows.setdefault(what, {})[int(size)] = float(figure)
    units[what] = unit
sizes = sorted({size for figures in rows.values() for size in figures})

print(f'{"certificates":34}' + ''.join(f'{size:>12}' for size in sizes) + f'{"growth":>9}')
for what, figures in rows.items():
    first, last = figures[sizes[0]], figures[sizes[-1]]
    growth = f'{last / first:8.2f}x' if first > 0 else ''
    cells = ''.join(f'{figures[size]:>12g}' for size in sizes)
    print(f'{what + (" " + units[what] if units[what] else ""):34}{cells}{growth:>9}')

shown = [what for what in rows if what.startswith('find by') and what.endswith('first') or what.startswith('C_Init')]


def microseconds(what, figure):
    return max(figure * (1000 if units[what] == 'ms' else 1), 0.1)


values = [microseconds(what, figure) for what in shown for figure in rows[what].values()]
low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
step = (WIDTH - LEFT - RIGHT) / max(1, len(sizes) - 1)


def y_of(value):
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(value)) / max(1, high - low)


with open(sys.argv[2], 'w') as out:
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
          f'font-size="13"><rect width="100%" height="100%" fill="white"/>', file=out)
    for power in range(low, high + 1):
        y = y_of(10 ** power)
        print(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
              f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10 ** power:g} µs</text>', file=out)
    for i, size in enumerate(sizes):
        print(f'<text x="{LEFT + i * step:.1f}" y="{HEIGHT - 25}" text-anchor="middle">{size}</text>', file=out)
    print(f'<text x="{LEFT}" y="{HEIGHT - 6}">certificates in the account</text>', file=out)
    for i, what in enumerate(shown):
        colour = COLOURS[i % len(COLOURS)]
        points = [(LEFT + j * step, y_of(microseconds(what, rows[what][size]))) for j, size in enumerate(sizes)]
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
        print(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', file=out)
        print(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 18 * i + 10}" fill="{colour}">{what}</text>', file=out)
    print('</svg>', file=out)
print(f'\nplot: {sys.argv[2]}')
