"""Large packets vanish on the path to a peer, whose tunnel has a smaller MTU and says nothing; connections open and stand still."""
import time

from far import SOURCE, Far
from lab import Lab

with Lab() as lab:
    far = Far(lab, delay=5, longest=1200)
    far.sink(7301)
    service, *_ = [lab.python(SOURCE, far.address, 7301, 0, slot=slot) for slot in (1, 2, 3)]
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
