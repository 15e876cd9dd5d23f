"""The path to a peer loses packets."""
import time

from far import SOURCE, Far
from lab import Lab

with Lab() as lab:
    far = Far(lab, delay=8, loss=4)
    far.sink(7301)
    service = lab.python(SOURCE, far.address, 7301, 0.002)
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
