"""A service asks a host four hundred milliseconds away one question after the other: each answer takes a round trip, and nothing is lost."""
import time

from far import Far
from lab import Lab

SERVER = '''
import socket, sys, threading
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=64)
def answer(one):
    while one.recv(4096): one.sendall(b'y' * 512)
while True: threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()
'''
CLIENT = '''
import socket, sys
one = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    one.sendall(b'x' * 128)
    one.recv(4096)
'''

with Lab() as lab:
    far = Far(lab, delay=200)
    far.python(SERVER, far.address, 7311)
    time.sleep(1)
    service = lab.python(CLIENT, far.address, 7311)
    time.sleep(3)
    lab.ready(pid=service.pid, comm=service.name, peer=far.address)
