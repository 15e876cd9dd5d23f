"""A filesystem was frozen for a snapshot and never thawed: whoever writes hangs."""
import time

from lab import Lab, need_root, read, run

PROGRAM = '''
import os, sys, time
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, 0o600)
while True:
    os.pwrite(fd, b'x' * 4096, 0)
    time.sleep(0.05)
'''

with Lab() as lab:
    need_root()
    folder = lab.mount(64)
    service = lab.python(PROGRAM, f'{folder}/journal')
    time.sleep(0.5)
    run('fsfreeze', '-f', folder)
    lab.undo(lambda: run('fsfreeze', '-u', folder))
    lab.wait_until(lambda: read(f'/proc/{service.pid}/stat').rpartition(')')[2].split()[0] == 'D', 'a writer that hangs')
    lab.ready(pid=service.pid, comm=service.name, mount=folder)
