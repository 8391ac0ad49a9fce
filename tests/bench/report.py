# SPDX-License-Identifier: Apache-2.0
"""report.py ROWS: the rows of all parts, as one table with what has to be reached. Rows are bench.h's."""

import re
import sys

# What, by, the number that counts (ratio, or the figure itself), at least or at most, how much.
# All that fit count; a row that none fits has no target.
TARGETS = [
    (r'sign (rsa2048|ec256|ec384)', r'ccm, provider', 'ratio', '>=', 0.97),
    (r'sign rsa', r'ccm, C_Sign', 'ratio', '>=', 0.98),
    (r'sign ec', r'ccm, C_Sign', 'ratio', '>=', 1.0),
    (r'TLS 1.3 ', r'ccm', 'ratio', '>=', 0.97),
    (r'TLS 1.3 ', r'file, ccm loaded', 'ratio', '>=', 0.98),
    (r'openssl (dgst|pkey) .* of \d+', r'ccm, local key', 'ratio', '<=', 1.4),
    (r'openssl (dgst|pkey) [^,]*$', r'ccm, local key', 'ratio', '<=', 1.3),
    (r'find by .* among 100000', r'ccm, (again|first)', 'figure', '<=', 20),
    (r'find by .* among 100000', r'ccm, again', 'ratio', '<=', 2),
    (r'C_Initialize to first object among 100000', r'ccm', 'figure', '<=', 10),
    (r'p11tool --list-all of 1000', r'ccm', 'figure', '<=', 2000),
    (r'resident memory among 100000', r'ccm', 'figure', '<=', 60),
    (r'memory an object among 100000', r'ccm', 'figure', '<=', 0.5),
    (r'calls: key and certificate by name', r'cold', 'figure', '<=', 2),
    (r'calls: .*', r'warm, read', 'figure', '<=', 0),
    (r'sync of 100000: calls', r'ccm', 'figure', '<=', 102),
    (r'sync of 100000 at 50 ms', r'ccm', 'ratio', '<=', 1.3),
]

def judge(target, figure, ratio):
    """What is to be reached, and whether it was."""
    _, _, column, sense, limit = target
    number, _, unit = (ratio + ' x' if column == 'ratio' else figure).partition(' ')
    wanted = f'{sense} {limit:g} {unit}'.strip()
    try:
        value = float(number)
    except ValueError:
        return wanted, 'not measured'
    return wanted, 'met' if (value >= limit if sense == '>=' else value <= limit) else 'MISSED'


def judgements(thing, way, figure, ratio):
    return [judge(target, figure, ratio) for target in TARGETS
            if re.match(target[0], thing) and re.fullmatch(target[1], way)]


LINE = '{:42} {:>3}  {:20} {:18} {:>13} {:>8} {:>8} {:>8} {:>6}  {:18} {}'
print(LINE.format('what', 'thr', 'by', 'against', 'figure', 'min', 'median', 'max', 'cpu', 'target', '').rstrip())
verdicts = []
for line in open(sys.argv[1]):
    thing, threads, way, other, figure, least, ratio, most, cpu = line.rstrip('\n').split('\t')
    judged = judgements(thing, way, figure, ratio)
    verdicts += [verdict for _, verdict in judged]
    print(LINE.format(thing, threads, way, '' if way == other else other, figure, least, ratio, most, cpu,
                      *(', '.join(cell) for cell in (zip(*judged) if judged else ('', '')))).rstrip())
print(f'\n{verdicts.count("met")} targets met, {verdicts.count("MISSED")} missed, '
      f'{verdicts.count("not measured")} not measured')
