"""Control: a service works four tenths of the time on each CPU and nobody waits."""
import os

from lab import Lab

PROGRAM = f'''
import os, time
for cpu in range({os.cpu_count() - 1}):
    if os.fork() == 0: break
while True:
    end = time.monotonic() + 0.02
    while time.monotonic() < end: pass
    time.sleep(0.03)
'''

with Lab() as lab:
    service = lab.python(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
