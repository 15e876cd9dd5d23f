"""Nothing is wrong: a packet filter has a table whose rules only count."""
import subprocess
import time

from far import SOURCE, Far
from lab import Lab, run

with Lab() as lab:
    far = Far(lab, delay=2)
    far.sink(7301)
    table = f'inet {lab.name(6)}'
    lab.undo(lambda: subprocess.run(['nft', 'delete', 'table', *table.split()], stderr=subprocess.DEVNULL, check=False))
    for command in (
        f'add table {table}',
        f'add chain {table} inbound {{ type filter hook input priority 0; policy accept; }}',
        f'add chain {table} outbound {{ type filter hook output priority 0; policy accept; }}',
        f'add rule {table} inbound counter',
        f'add rule {table} outbound tcp dport 7301 counter',
    ):
        run('nft', command)
    service = lab.python(SOURCE, far.address, 7301, 0.02)
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
