"""An interface checks sources strictly, and the answers of a server come in through it though the way back is another one: all are refused."""
import os
import subprocess

from far import Far
from lab import Lab, read, run, write

ANSWERS = '''
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind((sys.argv[1], int(sys.argv[2])))
while True:
    question, whose = one.recvfrom(2048)
    one.sendto(question, whose)
'''
QUESTIONS = '''
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(0.01)
one.connect((sys.argv[1], int(sys.argv[2])))
while True:
    try:
        one.send(b'q' * 200)
        one.recv(2048)
    except OSError: pass
'''


def refused():
    names, values = (line.split() for line in read('/proc/net/netstat').splitlines() if line.startswith('TcpExt:'))
    return int(values[names.index('IPReversePathFilter')])


with Lab() as lab:
    far = Far(lab, delay=1)
    # A second way to the same host. Questions take it, and the answers come back by the first one.
    other, network = f'by{os.getpid()}', far.own.replace('10.197.', '10.198.').rpartition('.')[0]
    run('ip', 'link', 'add', other, 'type', 'veth', 'peer', 'name', 'far1', 'netns', far.space)
    lab.undo(lambda: subprocess.run(['ip', 'link', 'del', other], check=False))
    run('ip', 'addr', 'add', f'{network}.1/24', 'dev', other)
    run('ip', 'link', 'set', other, 'up')
    inside = ('ip', '-n', far.space)
    run(*inside, 'addr', 'add', f'{network}.2/24', 'dev', 'far1')
    run(*inside, 'link', 'set', 'far1', 'up')
    run(*inside, 'route', 'add', f'{network}.1/32', 'dev', 'far0')
    loose = [f'/proc/sys/net/ipv4/conf/{name}/rp_filter' for name in ('all', 'far1')]
    run('ip', 'netns', 'exec', far.space, 'sh', '-c', f'echo 0 | tee {" ".join(loose)}')
    write(f'/proc/sys/net/ipv4/conf/{far.device}/rp_filter', 1)
    far.python(ANSWERS, f'{network}.2', 7304)
    before = refused()
    service = lab.python(QUESTIONS, f'{network}.2', 7304)
    # Where all interfaces are told to check loosely (2), this one cannot be strict.
    lab.wait_until(lambda: refused() - before > 50, 'refused packets')
    lab.ready(pid=service.pid, comm=service.name, interface=far.device)
