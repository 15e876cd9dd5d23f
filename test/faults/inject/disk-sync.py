"""A service makes each small record durable by itself: a flush of the disk for every 4 KiB."""
from lab import Lab, need_disk

PROGRAM = '''
import os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, 0o600)
while True:
    for record in range(4096):
        os.pwrite(fd, b'x' * 4096, record * 4096)
        os.fsync(fd)
'''

with Lab() as lab:
    disk = need_disk(lab)
    service = lab.python(PROGRAM, lab.path('journal'))
    lab.ready(pid=service.pid, comm=service.name, device=disk)
