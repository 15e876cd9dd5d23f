"""Control: six hundred threads that all sleep."""
from lab import Lab, status

PROGRAM = '''
import threading, time
threading.stack_size(65536)
for _ in range(600): threading.Thread(target=time.sleep, args=(3600,)).start()
'''

with Lab() as lab:
    service = lab.python(PROGRAM)
    lab.wait_until(lambda: int(status(service.pid, 'Threads') or 0) >= 600, 'the threads')
    lab.ready(pid=service.pid, comm=service.name)
