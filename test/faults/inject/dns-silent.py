"""The resolver takes questions and never answers: every name costs its whole time limit."""
import os
import time

from lab import Lab, need_root, run, unmount

RESOLVER = '''
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(('127.0.0.57', 53))
while True: one.recv(512)
'''
PROGRAM = '''
import socket, time
while True:
    try: socket.getaddrinfo('stock.example.test', 80)
    except OSError: pass
    time.sleep(0.1)
'''

with Lab() as lab:
    need_root()
    lab.python(RESOLVER, slot=2)
    with open(lab.path('resolv.conf'), 'w') as file:
        file.write('nameserver 127.0.0.57\noptions timeout:1 attempts:2\n')
    where = os.path.realpath('/etc/resolv.conf')
    run('mount', '--bind', lab.path('resolv.conf'), where)
    lab.undo(lambda: unmount(where))
    service = lab.python(PROGRAM)
    time.sleep(1.5)
    lab.ready(pid=service.pid, comm=service.name, resolver='127.0.0.57')
