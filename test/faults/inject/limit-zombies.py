"""A service never asks how its children ended: four hundred zombies wait for it."""
from lab import Lab, status

PROGRAM = '''
import os, time
for _ in range(400):
    if os.fork() == 0: os._exit(0)
time.sleep(3600)
'''

with Lab() as lab:
    service = lab.python(PROGRAM)
    lab.wait_until(lambda: status(service.pid, 'State').startswith('S'), 'the children')
    lab.ready(pid=service.pid, comm=service.name)
