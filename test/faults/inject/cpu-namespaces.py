"""A service makes a network namespace for each job and drops it at once: the kernel's worker takes them apart, all the time."""
import os

from lab import CannotHere, Lab, need_root

PROGRAM = '''
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
while True:
    if libc.unshare(0x40000000) != 0: raise OSError(ctypes.get_errno(), 'unshare')
'''

with Lab() as lab:
    need_root()
    if not os.path.exists('/proc/self/ns/net'):
        raise CannotHere('no network namespaces')
    service = lab.python(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
