"""A service with two busy workers has a quota of a fifth of a CPU: it stands still for most of each period, on an idle host."""
from lab import Lab, need_root

with Lab() as lab:
    need_root()
    group = lab.group('cpu', quota=(('cpu.cfs_quota_us', 20_000), ('cpu.max', '20000 100000')))
    service = lab.python('import os\nos.fork()\nwhile True: pass', group=group)
    lab.ready(pid=service.pid, comm=service.name, cgroup=group)
