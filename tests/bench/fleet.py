# SPDX-License-Identifier: Apache-2.0
"""What a fleet on one account asks of the service: fleet.py [--hosts N] [--ttl S] [--jitter PART] [--certificates N]
[--shared N] [--limit N/S] [--hours N].

Each host (or group of --shared hosts with one cache folder) has programs that show a token all the time, so it lists
again whenever what it has is older than its ttl: one call for each state of certificates and one for CAs, when nothing
is new. All start within ten seconds, as after a power failure. The ttl of each is less by a random part of at most
--jitter of it, drawn once, as each process of the library does. A host that sleeps costs nothing, one that serves a key it has costs nothing
either: this is the most that the defaults can cost."""

import argparse
import random
import statistics

options = argparse.ArgumentParser(description='calls to the service by a fleet of hosts')
options.add_argument('--hosts', type=int, default=10000)
options.add_argument('--ttl', type=float, default=300)
options.add_argument('--jitter', type=float, default=0.125)
options.add_argument('--certificates', type=int, default=1000)
options.add_argument('--shared', type=int, default=1, help='hosts with one cache folder')
options.add_argument('--limit', type=float, default=200, help='calls a second that the service takes')
options.add_argument('--hours', type=int, default=2)
args = options.parse_args()

PAGE = 1000  # certificates in a page
CALLS = 2  # of a refresh: the first page of certificates, and of CAs
random.seed(1)


def simulate(jitter):
    """Calls in each second, over all hosts; the first listing has all pages."""
    seconds = [0] * (args.hours * 3600)
    for _ in range(max(1, args.hosts // args.shared)):
        at = random.uniform(0, 10)
        ttl = args.ttl * (1 - jitter * random.random())
        calls = 1 + max(1, -(-args.certificates // PAGE))
        while at < len(seconds):
            seconds[int(at)] += calls
            calls = CALLS
            at += ttl
    return seconds


print(f'{args.hosts} hosts, {args.shared} to a cache folder, ttl {args.ttl:g} s, '
      f'{args.certificates} certificates, {args.limit:g} calls a second allowed')
for name, jitter in (('none', 0), (f'up to {args.jitter:.1%}', args.jitter)):
    calls = simulate(jitter)
    last = calls[-3600:]
    over = sum(one > args.limit for one in last)
    print(f'jitter {name:12} first hour {sum(calls[:3600]):9d} calls; last hour {sum(last):9d} calls, '
          f'mean {statistics.mean(last):7.1f} a second, busiest second {max(last):6d}, '
          f'{over / 36:5.1f} % of seconds over the limit')
