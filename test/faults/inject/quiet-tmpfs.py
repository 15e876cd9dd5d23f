"""Nothing is wrong: some hundred megabytes lie in a tmpfs, as they do on every host."""
import os

from lab import Lab, need_root, run, unmount

with Lab() as lab:
    need_root()
    folder = lab.path('run')
    os.mkdir(folder)
    run('mount', '-t', 'tmpfs', '-o', 'size=1g', 'none', folder)
    lab.undo(lambda: unmount(folder))
    with open(f'{folder}/cache', 'wb') as file:
        file.write(b'x' * (300 << 20))
    lab.ready(mount=folder)
