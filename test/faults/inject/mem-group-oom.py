"""A service needs more memory than its group may have: the kernel kills its worker, the service starts the next one."""
from lab import Lab, need_root, read

PROGRAM = '''
import os, time
while True:
    child = os.fork()
    if child == 0:
        kept = bytearray()
        while True:
            kept += b'x' * (1 << 20)
            time.sleep(0.01)
    os.waitpid(child, 0)
    time.sleep(0.2)
'''

with Lab() as lab:
    need_root()
    group = lab.group('memory', limit=(('memory.limit_in_bytes', 40 << 20), ('memory.max', 40 << 20)))
    service = lab.python(PROGRAM, group=group)
    counts = f'{group}/memory.oom_control' if lab.version == 1 else f'{group}/memory.events'
    lab.wait_until(lambda: any(line.startswith('oom_kill ') and line != 'oom_kill 0' for line in read(counts).splitlines()), 'a kill')
    lab.ready(pid=service.pid, comm=service.name, cgroup=group)
