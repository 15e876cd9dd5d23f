"""A service resets each connection after the first byte instead of closing it."""
import os

from lab import Lab, read

SERVER = '''
import socket, struct, sys
listener = socket.create_server(('127.0.0.1', 0), backlog=64)
open(sys.argv[1], 'w').write(str(listener.getsockname()[1]))
while True:
    one = listener.accept()[0]
    one.recv(1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    one.close()
'''
CLIENT = '''
import socket, sys, time
while True:
    try:
        one = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
        one.send(b'x')
        one.recv(1)
    except OSError: pass
    time.sleep(0.02)
'''

with Lab() as lab:
    server = lab.python(SERVER, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    client = lab.python(CLIENT, read(lab.path('port')), slot=2)
    lab.ready(pid=server.pid, comm=server.name, port=int(read(lab.path('port'))), client_pid=client.pid, client_comm=client.name)
