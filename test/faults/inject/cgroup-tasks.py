"""A service has as many tasks as its group may have: every further fork fails."""
from lab import Lab, need_root, read

PROGRAM = '''
import os, time
while True:
    try:
        if os.fork() == 0: time.sleep(3600)
    except OSError: time.sleep(0.1)
'''

with Lab() as lab:
    need_root()
    group = lab.group('pids', limit=(('pids.max', 24), ('pids.max', 24)))
    service = lab.python(PROGRAM, group=group)
    lab.wait_until(lambda: read(f'{group}/pids.current').strip() == '24', 'the limit')
    lab.ready(pid=service.pid, comm=service.name, cgroup=group)
