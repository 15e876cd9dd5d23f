"""A service in a memory group keeps what it has read: it grows by 8 MiB a second towards the limit of the group."""
from lab import Lab, need_root

PROGRAM = '''
import time
kept = []
while len(kept) < 900:
    kept.append(b'x' * (1 << 20))
    time.sleep(0.12)
time.sleep(3600)
'''

with Lab() as lab:
    need_root()
    group = lab.group('memory', limit=(('memory.limit_in_bytes', 1 << 30), ('memory.max', 1 << 30)))
    service = lab.python(PROGRAM, group=group)
    lab.ready(pid=service.pid, comm=service.name, cgroup=group)
