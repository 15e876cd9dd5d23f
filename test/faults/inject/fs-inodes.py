"""A filesystem has space and no inodes: thousands of empty files took them all."""
from lab import Lab, need_root

with Lab() as lab:
    need_root()
    folder = lab.mount(64, '-N', '1024')
    try:
        for i in range(4096):
            open(f'{folder}/session.{i}', 'w').close()
    except OSError:
        pass
    lab.ready(mount=folder)
