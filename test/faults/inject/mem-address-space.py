"""A service has an address space limit and reached it; gigabytes of memory are free."""
import resource

from lab import Lab, status

PROGRAM = '''
import mmap, time
kept = []
while True:
    try: kept.append(mmap.mmap(-1, 8 << 20))
    except OSError: time.sleep(0.1)
'''

with Lab() as lab:
    service = lab.python(PROGRAM, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20)))
    lab.wait_until(lambda: int((status(service.pid, 'VmSize') or '0').split()[0]) > 385 << 10, 'the limit')
    lab.ready(pid=service.pid, comm=service.name)
