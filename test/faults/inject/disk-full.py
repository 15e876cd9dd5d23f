"""The file system of a service is full; each of its writes fails."""
import os

from lab import Lab, need_root

PROGRAM = '''
import sys, time
while True:
    try:
        with open(sys.argv[1], 'ab') as file: file.write(b'x' * (1 << 20))
    except OSError: time.sleep(0.2)
'''

with Lab() as lab:
    need_root()
    folder = lab.mount(48)
    service = lab.python(PROGRAM, f'{folder}/spool')
    lab.wait_until(lambda: os.statvfs(folder).f_bavail < 1024, 'a full file system')
    lab.ready(pid=service.pid, comm=service.name, mount=folder)
