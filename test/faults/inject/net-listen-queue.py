"""A service does not accept its connections: its queue is full and the kernel drops new ones."""
import os

from lab import Lab, read

SERVICE = '''
import socket, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(2)
open(sys.argv[1], 'w').write(str(listener.getsockname()[1]))
time.sleep(3600)
'''
CLIENTS = '''
import socket, sys, threading, time
def client():
    while True:
        with socket.socket() as one:
            one.settimeout(2)
            try: one.connect(('127.0.0.1', int(sys.argv[1]))); time.sleep(3)
            except OSError: pass
for _ in range(24): threading.Thread(target=client).start()
'''

with Lab() as lab:
    service = lab.python(SERVICE, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    port = int(read(lab.path('port')))
    lab.python(CLIENTS, port, slot=2)
    lab.ready(pid=service.pid, comm=service.name, port=port)
