"""One thread of a service is always running; the other CPUs idle."""
from lab import Lab, need_cpus

with Lab() as lab:
    need_cpus(2)
    service = lab.python('while True: pass')
    lab.ready(pid=service.pid, comm=service.name)
