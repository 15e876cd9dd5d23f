"""A service never closes a connection that its client has closed: 40 more of them stand in CLOSE_WAIT each second."""
import os

from lab import Lab, read

SERVICE = '''
import socket, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(64)
open(sys.argv[1], 'w').write(str(listener.getsockname()[1]))
kept = []
while True:
    try: kept.append(listener.accept())
    except OSError: time.sleep(0.1)
'''
CLIENT = '''
import socket, sys, time
while True:
    socket.create_connection(('127.0.0.1', int(sys.argv[1]))).close()
    time.sleep(0.025)
'''

with Lab() as lab:
    service = lab.python(SERVICE, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    port = int(read(lab.path('port')))
    lab.python(CLIENT, port, slot=2)
    # A leak that has just begun is an accident as well as a leak.
    lab.wait_until(lambda: len(os.listdir(f'/proc/{service.pid}/fd')) > 120, 'a pile of sockets')
    lab.ready(pid=service.pid, comm=service.name, port=port)
