"""Workers of a service take one file lock in turn and keep it for long: they queue."""
from lab import Lab

PROGRAM = '''
import fcntl, os, sys, time
for _ in range(5):
    if os.fork() == 0: break
file = open(sys.argv[1], 'w')
while True:
    fcntl.flock(file, fcntl.LOCK_EX)
    time.sleep(0.08)
    fcntl.flock(file, fcntl.LOCK_UN)
'''

with Lab() as lab:
    service = lab.python(PROGRAM, lab.path('lock'))
    lab.ready(pid=service.pid, comm=service.name)
