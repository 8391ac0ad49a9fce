# SPDX-License-Identifier: Apache-2.0
"""Whole processes, taken in turn: process.py THING (WAY COMMAND)... The first way is the named other; those
whose name ends in ', cold' find no cache. Prints what bench.h's bench_compare prints, with milliseconds and
the ratios of times."""

import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time

REPETITIONS = int(os.environ.get('CCM_BENCH_REPETITIONS', 9))
RUNS = int(os.environ.get('CCM_BENCH_RUNS', 5))  # of each way in a repetition


def run(name, command):
    """Seconds of the clock and of the processor."""
    if name.endswith(', cold'):
        shutil.rmtree(os.environ['XDG_CACHE_HOME'] + '/ccm', ignore_errors=True)
    out = os.open(os.devnull, os.O_RDWR)
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ,
                          file_actions=[(os.POSIX_SPAWN_DUP2, out, 0), (os.POSIX_SPAWN_DUP2, out, 1)])
    _, status, usage = os.wait4(pid, 0)
    elapsed = time.monotonic() - start
    os.close(out)
    if status != 0:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    return elapsed, usage.ru_utime + usage.ru_stime


thing, *rest = sys.argv[1:]
ways = [(name, shlex.split(command)) for name, command in zip(rest[::2], rest[1::2])]
for way in ways:
    run(*way)
times = [[] for _ in ways]  # of each repetition: clock, processor
for _ in range(REPETITIONS):
    sums = [[0, 0] for _ in ways]
    for turn in range(RUNS):
        for i in range(len(ways)):
            way = (i + turn) % len(ways)
            elapsed, used = run(*ways[way])
            sums[way][0] += elapsed
            sums[way][1] += used
    for one, figures in zip(times, sums):
        one.append(figures)
for (name, _), figures in zip(ways, times):
    clock = sorted(mine[0] / other[0] for mine, other in zip(figures, times[0]))
    used = statistics.median(mine[1] / other[1] for mine, other in zip(figures, times[0]))
    value = statistics.median(mine[0] for mine in figures) / RUNS * 1000
    print(thing, 1, name, ways[0][0], f'{value:.1f} ms', f'{clock[0]:.3f}', f'{statistics.median(clock):.3f}',
          f'{clock[-1]:.3f}', f'{used:.3f}', sep='\t', flush=True)
