"""The processes of a service look into a huge range of addresses here and there: page tables grow by some ten megabytes a second, and no process is larger for it."""
from lab import CannotHere, Lab, read

# In all at most 960 MiB of page tables: 8 processes, a page of 4 KiB for each 2 MiB that are looked at.
PROGRAM = '''
import ctypes, mmap, os, signal, time
step, pages = 2 << 20, 120 << 8
for _ in range(7):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        break
NORESERVE = 0x4000
area = mmap.mmap(-1, pages * step, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE, prot=mmap.PROT_READ)
area.madvise(mmap.MADV_NOHUGEPAGE)
for page in range(pages):
    area[page * step]
    if page % 64 == 0: time.sleep(0.15)
time.sleep(3600)
'''


def kibibytes(key):
    return next(int(line.split()[1]) for line in read('/proc/meminfo').splitlines() if line.startswith(key + ':'))


with Lab() as lab:
    available = kibibytes('MemAvailable') >> 20
    if available < 3:
        raise CannotHere('needs more memory')
    if available > 40:
        raise CannotHere('at a pace that is small enough, the memory of this machine lasts for more than an hour')
    before = kibibytes('PageTables')
    service = lab.python(PROGRAM)
    lab.wait_until(lambda: kibibytes('PageTables') - before > 64 << 10, 'page tables', 20)
    lab.ready(pid=service.pid, comm=service.name)
