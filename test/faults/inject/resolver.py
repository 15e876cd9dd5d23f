"""A resolver of one's own for one service, and a service that looks a name up again and again."""
import os

from lab import LIBC

PROGRAM = '''
import socket, time
while True:
    try: socket.getaddrinfo('stock.example.test', 80)
    except OSError: pass
    time.sleep(0.1)
'''
NEW_MOUNTS, BIND, PRIVATE = 0x20000, 0x1000, 0x44000


def asking(lab, address):
    """Started in a mount name space of its own: the host keeps its resolv.conf."""
    own, usual = lab.path('resolv.conf').encode(), os.path.realpath('/etc/resolv.conf').encode()
    with open(own, 'w') as file:
        file.write(f'nameserver {address}\noptions timeout:1 attempts:2\n')

    def with_own_resolver():
        if LIBC.unshare(NEW_MOUNTS) or LIBC.mount(b'none', b'/', None, PRIVATE, None) or LIBC.mount(own, usual, None, BIND, None):
            os._exit(1)

    return lab.python(PROGRAM, before=with_own_resolver)
