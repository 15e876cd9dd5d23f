"""The receiver of a connection has stopped reading: its window is zero and the sender stands in send()."""
import os

from lab import Lab, read, status

READER = '''
import socket, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(8)
open(sys.argv[1], 'w').write(str(listener.getsockname()[1]))
one = listener.accept()[0]
while True:
    one.recv(512)
    time.sleep(0.5)
'''
SENDER = '''
import socket, sys
one = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
while True: one.send(b'x' * 65536)
'''

with Lab() as lab:
    reader = lab.python(READER, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    port = int(read(lab.path('port')))
    sender = lab.python(SENDER, port, slot=2)
    lab.wait_until(lambda: read(f'/proc/{sender.pid}/wchan').startswith('sk_stream') or status(sender.pid, 'State').startswith('S'), 'a full window')
    lab.ready(pid=reader.pid, comm=reader.name, port=port, victim_pid=sender.pid)
