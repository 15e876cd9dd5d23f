"""The resolver takes questions and never answers: every name costs its whole time limit."""
import time

from lab import Lab, need_root
from resolver import asking

RESOLVER = '''
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(('127.0.0.57', 53))
while True: one.recv(512)
'''

with Lab() as lab:
    need_root()
    lab.python(RESOLVER, slot=2)
    service = asking(lab, '127.0.0.57')
    time.sleep(1.5)
    lab.ready(pid=service.pid, comm=service.name, resolver='127.0.0.57')
