#!/usr/bin/env python3
"""Command lines → what each cost: CPU seconds and peak RSS of the whole finished process tree, and wall time, as the kernel accounts them.

cost.py REPEATS COMMAND_A [-- COMMAND_B …]: runs A B A B …, prints one JSON array of medians in the order given. Output of the commands is dropped.
"""
import json, os, resource, statistics, subprocess, sys, time

repeats = int(sys.argv[1])
commands, current = [], []
for word in sys.argv[2:] + ['--']:
    if word == '--':
        commands.append(current)
        current = []
    else:
        current.append(word)
env = {k: v for k, v in os.environ.items() if k not in ('NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS')}


def once(argv):
    """One run: CPU seconds, wall seconds, peak RSS in KiB, exit status."""
    began = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss, child.returncode


results = [[] for _ in commands]
for _ in range(repeats):
    for slot, argv in zip(results, commands):
        slot.append(once(argv))
print(json.dumps([
    {'cpu': statistics.median(r[0] for r in slot), 'wall': statistics.median(r[1] for r in slot), 'rss': max(r[2] for r in slot) * 1024,
     'status': slot[-1][3], 'cpuAll': [round(r[0], 4) for r in slot]}
    for slot in results]))
