"""A shaper of this host sends more slowly than its services want: what they send stands in its queue for a tenth of a second and more, and nothing is lost."""
import json
import time

from far import Far
from lab import Lab, run

BYTES_PER_SECOND = 500_000
LONG = 0.15
UPLOADS = '''
import socket, sys, threading, time
def upload():
    while True:
        try:
            with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as one:
                while True: one.sendall(b'z' * 16384)
        except OSError: time.sleep(0.2)
for _ in range(32): threading.Thread(target=upload).start()
'''

with Lab() as lab:
    far = Far(lab, delay=2)
    far.sink(7301)
    run('tc', 'qdisc', 'add', 'dev', far.device, 'root', 'handle', '1:', 'htb', 'default', '10')
    run('tc', 'class', 'add', 'dev', far.device, 'parent', '1:', 'classid', '1:10', 'htb', 'rate', f'{BYTES_PER_SECOND * 8}bit')
    service = lab.python(UPLOADS, far.address, 7301)

    def waiting():
        queues = json.loads(run('tc', '-s', '-j', 'qdisc', 'show', 'dev', far.device))
        return next(one['backlog'] for one in queues if one.get('root'))

    lab.wait_until(lambda: waiting() > LONG * BYTES_PER_SECOND, 'a long queue')
    time.sleep(2)
    lab.wait_until(lambda: waiting() > LONG * BYTES_PER_SECOND, 'a queue that stays')
    lab.ready(pid=service.pid, comm=service.name, interface=far.device)
