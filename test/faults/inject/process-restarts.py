"""A worker ends with an error soon after each start, and its service starts it again."""
import time

from lab import Lab

WORKER = 'import sys, time\ntime.sleep(0.4)\nsys.exit(3)'
SERVICE = '''
import subprocess, sys, time
while True:
    subprocess.run([sys.argv[1]])
    time.sleep(0.1)
'''

with Lab() as lab:
    worker = lab.python(WORKER, slot=2)
    worker.wait(10)
    lab.children.remove(worker)
    service = lab.python(SERVICE, lab.path(worker.name))
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, worker=worker.name)
