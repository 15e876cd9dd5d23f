"""The resolver of a service is not running: every question is refused at once, and every name fails."""
import time

from lab import Lab, need_root
from resolver import asking

with Lab() as lab:
    need_root()
    service = asking(lab, '127.0.0.58')
    time.sleep(1.5)
    lab.ready(pid=service.pid, comm=service.name, resolver='127.0.0.58')
