"""A file system is full and no file in it is large: a service still holds one that was deleted."""
import os

from lab import Lab, need_root

PROGRAM = '''
import os, sys, time
file = open(sys.argv[1], 'wb', buffering=0)
try:
    while True: file.write(b'x' * (1 << 20))
except OSError: os.remove(sys.argv[1])
time.sleep(3600)
'''

with Lab() as lab:
    need_root()
    folder = lab.mount(48)
    service = lab.python(PROGRAM, f'{folder}/events')
    lab.wait_until(lambda: os.statvfs(folder).f_bavail < 1024 and not os.path.exists(f'{folder}/events'), 'the deletion')
    lab.ready(pid=service.pid, comm=service.name, mount=folder)
