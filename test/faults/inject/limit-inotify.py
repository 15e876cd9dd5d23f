"""A service opens an inotify instance for each request and closes none: its user has as many as the kernel allows."""
import os

from lab import CannotHere, Lab, read

PROGRAM = '''
import ctypes, time
libc = ctypes.CDLL(None)
while True:
    if libc.inotify_init() < 0: time.sleep(0.1)
'''


def instances(pid):
    names = [os.path.join(f'/proc/{pid}/fd', name) for name in os.listdir(f'/proc/{pid}/fd')]
    return sum('inotify' in os.readlink(name) for name in names)


with Lab() as lab:
    most = int(read('/proc/sys/fs/inotify/max_user_instances'))
    if most > 900:
        raise CannotHere(f'a user may have {most} instances, more than a process may have descriptors')
    service = lab.python(PROGRAM)
    lab.wait_until(lambda: instances(service.pid) > 0.97 * most - 4, 'the limit')
    lab.ready(pid=service.pid, comm=service.name)
