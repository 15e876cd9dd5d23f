"""A service reads its datagrams slower than they come: its receive buffer is full, the rest is dropped."""
import os

from lab import Lab, read

SERVICE = '''
import socket, sys, time
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
receiver.bind(('127.0.0.1', 0))
open(sys.argv[1], 'w').write(str(receiver.getsockname()[1]))
while True:
    receiver.recv(2048)
    time.sleep(0.01)
'''
SENDER = '''
import socket, sys, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for _ in range(20): sender.sendto(b'x' * 512, ('127.0.0.1', int(sys.argv[1])))
    time.sleep(0.02)
'''

with Lab() as lab:
    service = lab.python(SERVICE, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    port = int(read(lab.path('port')))
    lab.python(SENDER, port, slot=2)
    lab.ready(pid=service.pid, comm=service.name, port=port)
