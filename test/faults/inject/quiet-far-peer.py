"""Nothing is wrong: a backup goes to a host forty milliseconds away, at its own pace."""
import time

from far import SOURCE, Far
from lab import Lab

with Lab() as lab:
    far = Far(lab, delay=20)
    far.sink(7301)
    service = lab.python(SOURCE, far.address, 7301, 0.02)
    time.sleep(2)
    lab.ready(pid=service.pid, comm=service.name, interface=far.device, peer=far.address)
