"""The service behind a POSIX message queue lives and waits for something else: the queue is full, and the one before it stands in mq_send()."""
import ctypes
import os

from lab import LIBC, CannotHere, Lab, read

PROGRAM = '''
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
if not hasattr(libc, 'mq_open'): libc = ctypes.CDLL('librt.so.1', use_errno=True)
queue = libc.mq_open(sys.argv[1].encode(), {flags} | os.O_CREAT, 0o600, None)
if queue < 0: sys.exit(3)
message = ctypes.create_string_buffer(8192)
'''
SENDER = PROGRAM.format(flags='os.O_WRONLY') + 'while True: libc.mq_send(queue, message, 200, 0)'
# It has taken one message, and looks for a file that never comes.
RECEIVER = PROGRAM.format(flags='os.O_RDONLY') + '''
libc.mq_receive(queue, message, 8192, None)
while not os.path.exists(sys.argv[2]): time.sleep(0.1)
'''


def unlink(name):
    libc = LIBC if hasattr(LIBC, 'mq_unlink') else ctypes.CDLL('librt.so.1')
    libc.mq_unlink(name.encode())


with Lab() as lab:
    if not os.path.exists('/proc/sys/fs/mqueue'):
        raise CannotHere('no POSIX message queues')
    name = f'/{lab.name(4)}.{os.getpid()}'
    lab.undo(lambda: unlink(name))
    receiver = lab.python(RECEIVER, name, lab.path('prices'))
    sender = lab.python(SENDER, name, slot=2)
    lab.wait_until(lambda: read(f'/proc/{sender.pid}/wchan') == 'wq_sleep', 'a full queue')
    lab.ready(pid=receiver.pid, comm=receiver.name, victim_pid=sender.pid, victim_comm=sender.name)
