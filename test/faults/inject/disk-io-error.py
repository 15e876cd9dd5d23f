"""A device returns errors: the file behind it was cut short."""
import os
import subprocess

from lab import CannotHere, Lab, need_root

PROGRAM = '''
import mmap, os, random, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
page = mmap.mmap(-1, 4096)
while True:
    try: os.preadv(fd, [page], random.randrange(16384) * 4096)
    except OSError: pass
    time.sleep(0.02)
'''

with Lab() as lab:
    need_root()
    image = lab.path('image')
    with open(image, 'wb') as file:
        file.truncate(64 << 20)
    found = subprocess.run(['losetup', '-f', '--show', image], capture_output=True, text=True)
    if found.returncode != 0:
        raise CannotHere(found.stderr.strip())
    device = found.stdout.strip()
    lab.undo(lambda: subprocess.run(['losetup', '-d', device], check=False))
    os.truncate(image, 32 << 20)
    service = lab.python(PROGRAM, device)
    lab.ready(pid=service.pid, comm=service.name, device=os.path.basename(device))
