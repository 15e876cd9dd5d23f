"""The group of a service was frozen and never thawed."""
import time

from lab import Lab, need_root, write

with Lab() as lab:
    need_root()
    group = lab.group('freezer')
    service = lab.python('while True: pass', group=group)
    time.sleep(0.3)
    file, frozen, thawed = ('freezer.state', 'FROZEN', 'THAWED') if lab.version == 1 else ('cgroup.freeze', '1', '0')
    lab.undo(lambda: write(f'{group}/{file}', thawed))
    write(f'{group}/{file}', frozen)
    lab.ready(pid=service.pid, comm=service.name, cgroup=group)
