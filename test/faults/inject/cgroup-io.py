"""A group may write one megabyte a second to its disk and wants much more."""
import os

from lab import Lab, need_disk, need_root

PROGRAM = '''
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_DIRECT, 0o600)
block = mmap.mmap(-1, 1 << 18)
while True:
    for i in range(64): os.pwrite(fd, block, i << 18)
'''

with Lab() as lab:
    need_root()
    disk = need_disk(lab)
    device = open(f'/sys/class/block/{disk}/dev').read().strip()
    rate = 1 << 20
    group = lab.group('blkio', limit=(('blkio.throttle.write_bps_device', f'{device} {rate}'), ('io.max', f'{device} wbps={rate}')))
    service = lab.python(PROGRAM, lab.path('dump'), group=group)
    lab.ready(pid=service.pid, comm=service.name, cgroup=group, device=os.path.basename(disk))
