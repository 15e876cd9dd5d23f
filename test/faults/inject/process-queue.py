"""The service behind a message queue stopped receiving: the one before it stands in msgsnd()."""
from lab import LIBC, CannotHere, Lab, read

IPC_PRIVATE, IPC_RMID = 0, 0
PROGRAM = """
import ctypes, time
libc = ctypes.CDLL(None)
# Its type, 1, and its text.
message = ctypes.create_string_buffer((1).to_bytes(8, 'little') + bytes(1000))
"""

with Lab() as lab:
    queue = LIBC.msgget(IPC_PRIVATE, 0o600)
    if queue < 0:
        raise CannotHere('no message queues')
    lab.undo(lambda: LIBC.msgctl(queue, IPC_RMID, None))
    receiver = lab.python(f'{PROGRAM}\nlibc.msgrcv({queue}, message, 1000, 0, 0)\ntime.sleep(3600)')
    sender = lab.python(f'{PROGRAM}\nwhile True: libc.msgsnd({queue}, message, 1000, 0)', slot=2)
    lab.wait_until(lambda: read(f'/proc/{sender.pid}/wchan') == 'do_msgsnd', 'a full queue')
    lab.ready(pid=receiver.pid, comm=receiver.name, victim_pid=sender.pid, victim_comm=sender.name)
