"""Somebody left perf record running on every system call of the host; a busy service pays for it."""
import shutil
import time

from lab import CannotHere, Lab, need_root

PROGRAM = '''
import os, time
while True:
    for _ in range(2000): os.getppid()
    time.sleep(0.001)
'''

with Lab() as lab:
    need_root()
    perf = shutil.which('perf')
    if perf is None:
        raise CannotHere('needs perf')
    recorder = lab.start([perf, 'record', '-q', '-a', '-g', '-e', 'raw_syscalls:sys_enter', '-e', 'raw_syscalls:sys_exit', '-o', '/dev/null'])
    service = lab.python(PROGRAM)
    time.sleep(2)
    lab.ready(pid=recorder.pid, comm='perf')
