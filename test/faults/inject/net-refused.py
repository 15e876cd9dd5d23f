"""The server of a service is down: every connection to its port is refused, and the service tries again at once."""
import socket

from lab import Lab

CLIENT = '''
import socket, sys, time
while True:
    with socket.socket() as one:
        try: one.connect(('127.0.0.1', int(sys.argv[1])))
        except OSError: time.sleep(0.01)
'''

with Lab() as lab:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    service = lab.python(CLIENT, port)
    lab.ready(pid=service.pid, comm=service.name, port=port)
