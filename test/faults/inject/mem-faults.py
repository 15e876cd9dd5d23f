"""A service maps, touches and unmaps memory for each item instead of keeping it: page faults without growth."""
from lab import Lab

PROGRAM = '''
import mmap
size = 32 << 20
ones = b'x' * (size // 4096)
while True:
    area = mmap.mmap(-1, size)
    area.madvise(mmap.MADV_NOHUGEPAGE)
    area[::4096] = ones
    area.close()
'''

with Lab() as lab:
    service = lab.python(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
