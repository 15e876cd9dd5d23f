"""A host that is far away: a network namespace behind a path in user space that is late, loses, mixes up, or takes small packets only.

Kernels without netem have this all the same: two TUN devices, one on either side, and a program that carries packets between them.
"""
import os
import subprocess

from lab import CannotHere, need_root, run

CARRIER = r'''
import ctypes, fcntl, heapq, os, random, select, struct, sys, time
space, device, delay, loss, reorder, longest = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:])
def tun(name):
    file = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, 0x400454CA, struct.pack('16sH22x', name.encode(), 0x1001))
    return file
here = os.open('/proc/self/ns/net', os.O_RDONLY)
ends = [tun(device)]
libc = ctypes.CDLL(None, use_errno=True)
for there in (f'/run/netns/{space}', None):
    file = here if there is None else os.open(there, os.O_RDONLY)
    if libc.setns(file, 0x40000000) != 0: sys.exit('setns')
    if there is not None: ends.append(tun('far0'))
waiting, count = [], 0
while True:
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        _, _, out, packet = heapq.heappop(waiting)
        try: os.write(out, packet)
        except OSError: pass
    left = waiting[0][0] - now if waiting else 1
    for end in select.select(ends, [], [], max(left, 0))[0]:
        for _ in range(64):
            try: packet = os.read(end, 65536)
            except OSError: break
            if random.random() * 100 < loss or longest and len(packet) > longest: continue
            late = delay / 4 if random.random() * 100 < reorder else delay
            count += 1
            heapq.heappush(waiting, (time.monotonic() + late / 1000, count, ends[1 - ends.index(end)], packet))
'''


class Far:
    """`delay`: milliseconds one way. `loss`, `reorder`: percent of the packets. `longest`: bytes of the largest packet that passes, 0 for all."""

    def __init__(self, lab, delay=0, loss=0, reorder=0, longest=0):
        need_root()
        if not os.path.exists('/dev/net/tun'):
            raise CannotHere('no /dev/net/tun')
        self.lab = lab
        self.space = f'far{os.getpid()}'
        self.device = f'up{os.getpid()}'
        third = lab.seed % 200 + 20
        self.own, self.address = f'10.197.{third}.1', f'10.197.{third}.2'
        run('ip', 'netns', 'add', self.space)
        lab.undo(lambda: subprocess.run(['ip', 'netns', 'del', self.space], check=False))
        lab.python(CARRIER, self.space, self.device, delay, loss, reorder, longest, slot=4)
        lab.wait_until(lambda: self.has('far0'), 'the path')
        for inside, device, one, other in (((), self.device, self.own, self.address), (('-n', self.space), 'far0', self.address, self.own)):
            run('ip', *inside, 'addr', 'add', one, 'peer', other, 'dev', device)
            run('ip', *inside, 'link', 'set', device, 'up')

    def has(self, device):
        return subprocess.run(['ip', '-n', self.space, 'link', 'show', device], capture_output=True).returncode == 0

    def python(self, text, *arguments, **options):
        """A program on the far host."""
        script = self.lab.path('far.py')
        with open(script, 'w') as file:
            file.write(text)
        return self.lab.start(['ip', 'netns', 'exec', self.space, '/usr/bin/env', 'python3', '-ES', script, *map(str, arguments)], **options)

    def sink(self, port):
        """Somebody there who reads what is sent."""
        self.python(SINK, self.address, port)
        listening = ['ip', 'netns', 'exec', self.space, 'ss', '-Hltn', f'sport = :{port}']
        self.lab.wait_until(lambda: subprocess.run(listening, capture_output=True).stdout != b'', 'the far listener')


SINK = '''
import socket, sys, threading
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=64)
def read(one):
    try:
        while one.recv(65536): pass
    except OSError: pass
while True: threading.Thread(target=read, args=(listener.accept()[0],), daemon=True).start()
'''

SOURCE = '''
import socket, sys, time
while True:
    try:
        one = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        while True:
            one.sendall(b'z' * 16384)
            time.sleep(float(sys.argv[3]))
    except OSError: time.sleep(0.2)
'''
