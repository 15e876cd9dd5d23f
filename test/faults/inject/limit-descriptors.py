"""A service never closes its files and has as many as it may have."""
import os
import resource

from lab import Lab

PROGRAM = '''
import os, time
kept = []
while True:
    try: kept.append(open('/dev/null'))
    except OSError: time.sleep(0.1)
'''

with Lab() as lab:
    service = lab.python(PROGRAM, before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)))
    lab.wait_until(lambda: len(os.listdir(f'/proc/{service.pid}/fd')) >= 200, 'the limit')
    lab.ready(pid=service.pid, comm=service.name)
