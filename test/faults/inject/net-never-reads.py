"""A program on another host takes connections and reads nothing from them: whoever sends to it stands still, and no counter moves."""
import time

from far import SOURCE, Far
from lab import Lab

DEAF = '''
import socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=64)
kept = []
while True: kept.append(listener.accept()[0])
'''

with Lab() as lab:
    far = Far(lab, delay=1)
    far.python(DEAF, far.address, 7302)
    service = lab.python(SOURCE, far.address, 7302, 0)
    time.sleep(3)
    lab.ready(pid=service.pid, comm=service.name, peer=far.address)
