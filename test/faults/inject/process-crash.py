"""A worker crashes a moment after each start, and its service starts it again."""
import time

from lab import Lab

WORKER = '#include <unistd.h>\nint main(void) { usleep(200000); *(volatile int *)8 = 1; }'
SERVICE = '''
import subprocess, sys, time
while True:
    subprocess.run([sys.argv[1]])
    time.sleep(0.2)
'''

with Lab() as lab:
    # One run of it makes the program.
    worker = lab.c(WORKER, slot=2)
    worker.wait(10)
    lab.children.remove(worker)
    service = lab.python(SERVICE, lab.path(worker.name))
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, worker=worker.name)
