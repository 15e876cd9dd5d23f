"""A service makes shared memory segments, fills them, detaches and forgets them: a gibibyte that no process has."""
import subprocess

from lab import LIBC, CannotHere, Lab, read

IPC_RMID = 0
SEGMENTS, MEBIBYTES = 16, 64
PROGRAM = '''
import ctypes, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype, libc.shmat.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
libc.shmdt.argtypes = (ctypes.c_void_p,)
size = int(sys.argv[2]) << 20
for _ in range(int(sys.argv[1])):
    segment = libc.shmget(0, ctypes.c_size_t(size), 0o600 | 0o1000)
    if segment < 0: sys.exit(3)
    address = libc.shmat(segment, None, 0)
    ctypes.memset(address, 1, size)
    libc.shmdt(address)
time.sleep(3600)
'''


def left_by(pids):
    """The ids of the segments these made: pid is the fifth column, nattch the seventh."""
    rows = [line.split() for line in read('/proc/sysvipc/shm').splitlines()[1:]]
    return [int(row[1]) for row in rows if int(row[4]) in pids and row[6] == '0']


def remove(children):
    for child in children:
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            pass
    for segment in left_by({child.pid for child in children}):
        LIBC.shmctl(segment, IPC_RMID, None)


with Lab() as lab:
    total = int(read('/proc/meminfo').split()[1]) >> 10
    if total < 3 * SEGMENTS * MEBIBYTES:
        raise CannotHere('needs more memory')
    if total > 20 * SEGMENTS * MEBIBYTES:
        raise CannotHere('a gibibyte is less than a twentieth of the memory of this machine')
    lab.undo(lambda: remove(lab.children))
    service = lab.python(PROGRAM, SEGMENTS, MEBIBYTES)
    lab.wait_until(lambda: len(left_by({service.pid})) == SEGMENTS, 'the segments', 20)
    lab.ready(pid=service.pid, comm=service.name)
