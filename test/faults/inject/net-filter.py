"""A packet filter in the name space of a peer has a rate limit meant for strangers: it drops good packets of a transfer."""
import time

from far import SOURCE, Far
from lab import Lab, run

with Lab() as lab:
    far = Far(lab, delay=8)
    far.sink(7301)
    table = f'inet {lab.name(6)}'
    for command in (
        f'add table {table}',
        f'add chain {table} inbound {{ type filter hook input priority 0; policy accept; }}',
        f'add rule {table} inbound tcp dport 7301 limit rate over 400/second burst 40 packets counter drop',
    ):
        run('ip', 'netns', 'exec', far.space, 'nft', command)
    service = lab.python(SOURCE, far.address, 7301, 0.002)

    def dropped():
        words = run('ip', 'netns', 'exec', far.space, 'nft', 'list', 'ruleset').split()
        return int(words[words.index('counter') + 2])

    lab.wait_until(lambda: dropped() > 20, 'drops')
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
