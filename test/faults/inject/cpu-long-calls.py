"""A service reads the map of its own address space again and again: few system calls, and each takes the kernel milliseconds."""
from lab import Lab

PROGRAM = '''
import mmap
pieces = [mmap.mmap(-1, 8192) for _ in range(20000)]
for i, piece in enumerate(pieces):
    if i % 2: piece.madvise(mmap.MADV_DONTDUMP)
    piece[0] = 1
while True:
    with open('/proc/self/smaps', 'rb') as file:
        while file.read(65536): pass
'''

with Lab() as lab:
    service = lab.python(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
