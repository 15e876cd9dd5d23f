"""A service looks for files that do not exist, under ever new names."""
from lab import Lab

PROGRAM = '''
import os, sys
name = 0
while True:
    name += 1
    try: os.stat(f'{sys.argv[1]}/{name}.cached')
    except OSError: pass
'''

with Lab() as lab:
    service = lab.python(PROGRAM, lab.folder)
    lab.ready(pid=service.pid, comm=service.name)
