"""Packets to a peer overtake each other: a quarter of them take a shorter way."""
import time

from far import SOURCE, Far
from lab import Lab

with Lab() as lab:
    far = Far(lab, delay=8, reorder=25)
    far.sink(7301)
    service = lab.python(SOURCE, far.address, 7301, 0.002)
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
