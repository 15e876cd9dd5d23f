"""The resolver takes questions and never answers: every name costs its whole time limit."""
import os
import time

from lab import LIBC, Lab, need_root

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
NEW_MOUNTS, BIND, PRIVATE = 0x20000, 0x1000, 0x44000

with Lab() as lab:
    need_root()
    lab.python(RESOLVER, slot=2)
    own, usual = lab.path('resolv.conf').encode(), os.path.realpath('/etc/resolv.conf').encode()
    with open(own, 'w') as file:
        file.write('nameserver 127.0.0.57\noptions timeout:1 attempts:2\n')

    def with_own_resolver():
        """In a mount name space of its own: the host keeps its file."""
        if LIBC.unshare(NEW_MOUNTS) or LIBC.mount(b'none', b'/', None, PRIVATE, None) or LIBC.mount(own, usual, None, BIND, None):
            os._exit(1)

    service = lab.python(PROGRAM, before=with_own_resolver)
    time.sleep(1.5)
    lab.ready(pid=service.pid, comm=service.name, resolver='127.0.0.57')
