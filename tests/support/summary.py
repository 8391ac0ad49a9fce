# SPDX-License-Identifier: Apache-2.0
"""Sum up meson's test logs, given as BUILD=testlog.json: why tests were skipped, the end of the
output of those that failed, and one line with the numbers. Exit status 1 when anything failed, when
a log is missing, or when there was no test at all."""

import json
import sys
from collections import Counter
from pathlib import Path

LINES = 40
SORT = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped'}  # all else has failed


def output(test):
    return (test.get('stdout', '') + test.get('stderr', '')).rstrip('\n').split('\n')


def reason(test):
    said = [line[len('skip: '):] for line in output(test) if line.startswith('skip: ')]
    return said[-1] if said else 'no reason given'


counts = Counter(passed=0, failed=0, skipped=0)
report = {'failed': [], 'skipped': []}
for argument in sys.argv[1:]:
    build, path = argument.split('=', 1)
    if not Path(path).exists():
        counts['failed'] += 1
        report['failed'].append(f'FAILED {build}: meson left no {path}')
        continue
    for line in Path(path).read_text().splitlines():
        test = json.loads(line)
        name = f"{build}: {test['name'].removeprefix('ccm:')}"
        sort = SORT.get(test['result'], 'failed')
        counts[sort] += 1
        if sort == 'skipped':
            report[sort].append(f'skipped {name}: {reason(test)}')
        elif sort == 'failed':
            end = '\n'.join(f'    {text}' for text in output(test)[-LINES:])
            report[sort].append(f"FAILED {name}: {test['result'].lower()}, status {test['returncode']}, "
                                f"{test['duration']:.1f} s\n{end}")
for lines in report['skipped'], report['failed']:
    for line in lines:
        print(line)
print('{passed} passed, {failed} failed, {skipped} skipped'.format(**counts))
sys.exit(0 if counts['failed'] == 0 and counts['passed'] > 0 else 1)
