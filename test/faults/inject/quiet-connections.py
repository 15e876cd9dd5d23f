"""Control: three hundred open connections on which nobody says anything."""
import os

from lab import Lab

PROGRAM = '''
import socket, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(400)
kept = [(socket.create_connection(listener.getsockname()), listener.accept()) for _ in range(300)]
open(sys.argv[1], 'w').close()
time.sleep(3600)
'''

with Lab() as lab:
    service = lab.python(PROGRAM, lab.path('done'))
    lab.wait_until(lambda: os.path.exists(lab.path('done')), 'the connections')
    lab.ready(pid=service.pid, comm=service.name)
