"""Nothing is wrong: a shaper has a rate that its service does not need, and its queue is empty."""
import time

from far import SOURCE, Far
from lab import Lab, run

with Lab() as lab:
    far = Far(lab, delay=2)
    far.sink(7301)
    run('tc', 'qdisc', 'add', 'dev', far.device, 'root', 'tbf', 'rate', '200mbit', 'burst', '256kb', 'latency', '50ms')
    service = lab.python(SOURCE, far.address, 7301, 0.02)
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
