#!/usr/bin/env python3
"""SECONDS COMMAND… → JSON: what it said (at most 1 MiB), CPU seconds of its whole tree, wall time, exit status. Killed after SECONDS."""
import json
import os
import resource
import signal
import subprocess
import sys
import time

began = time.monotonic()
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child.pid, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
said = b''
while chunk := child.stdout.read(65536):
    said += chunk[: (1 << 20) - len(said)]
child.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'said': said.decode(errors='replace'), 'cpu': used.ru_utime + used.ru_stime, 'wall': time.monotonic() - began, 'status': child.returncode}))
