"""A service serves all its connections with one event loop, and each request sleeps in it: the other connections have questions that nobody reads."""
import os

from lab import Lab, read

SERVICE = r'''
import asyncio, sys, time
async def serve(reader, writer):
    while await reader.readline():
        time.sleep(0.3) # a client library that knows of no loop
        writer.write(b'ok\n')
async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    with open(sys.argv[1], 'w') as file: file.write(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()
asyncio.run(main())
'''
CLIENTS = r'''
import socket, sys, threading
def client():
    one = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
    one.settimeout(0.1)
    while True:
        one.sendall(b'price 7\n')
        try: one.recv(4096)
        except OSError: pass
for _ in range(12): threading.Thread(target=client).start()
'''
ESTABLISHED = '01'


def unread(port):
    """Connections of the service with something to read."""
    rows = [line.split() for line in read('/proc/net/tcp').splitlines()[1:]]
    own = [row for row in rows if int(row[1].split(':')[1], 16) == port and row[3] == ESTABLISHED]
    return sum(int(row[4].split(':')[1], 16) > 0 for row in own)


with Lab() as lab:
    service = lab.python(SERVICE, lab.path('port'))
    lab.wait_until(lambda: os.path.exists(lab.path('port')) and read(lab.path('port')) != '', 'the port')
    port = int(read(lab.path('port')))
    lab.python(CLIENTS, port, slot=2)
    lab.wait_until(lambda: unread(port) >= 6, 'connections nobody reads')
    lab.ready(pid=service.pid, comm=service.name, port=port)
