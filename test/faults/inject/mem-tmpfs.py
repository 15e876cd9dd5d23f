"""Files in a tmpfs take a tenth of the memory, and no process is larger for it."""
import os

from lab import CannotHere, Lab, need_root, read, run, unmount

with Lab() as lab:
    need_root()
    total = int(read('/proc/meminfo').split()[1]) << 10
    size = max(total // 10, 1200 << 20)
    if size * 3 > total:
        raise CannotHere('needs more memory')
    folder = lab.path('cache')
    os.mkdir(folder)
    run('mount', '-t', 'tmpfs', '-o', f'size={size * 2}', 'none', folder)
    lab.undo(lambda: unmount(folder))
    with open(f'{folder}/pages.db', 'wb') as file:
        for _ in range(size >> 20):
            file.write(b'x' * (1 << 20))
    lab.ready(mount=folder)
