"""A service is busy with one request and takes no further connections: the accept queue of its Unix socket is full, and who connects stands still or fails."""
import os

from lab import Lab, read

SERVICE = '''
import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(4)
one = listener.accept()[0]
time.sleep(3600)
'''
CLIENTS = '''
import socket, sys, threading, time
def client(patience):
    while True:
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(patience)
            try:
                one.connect(sys.argv[1])
                one.recv(1)
            except OSError: time.sleep(0.1)
for patience in (None,) * 10 + (2,) * 4: threading.Thread(target=client, args=(patience,)).start()
'''


def stand(pid):
    threads = os.listdir(f'/proc/{pid}/task')
    return sum(read(f'/proc/{pid}/task/{thread}/wchan') == 'unix_wait_for_peer' for thread in threads)


with Lab() as lab:
    path = lab.path('requests')
    service = lab.python(SERVICE, path)
    lab.wait_until(lambda: os.path.exists(path), 'the socket')
    clients = lab.python(CLIENTS, path, slot=2)
    lab.wait_until(lambda: stand(clients.pid) >= 3, 'a full queue')
    lab.ready(pid=service.pid, comm=service.name, path=path, victim_pid=clients.pid, victim_comm=clients.name)
