"""Somebody stopped a service (job control, a debugger's script) and never let it go on."""
import os
import signal

from lab import Lab, status

with Lab() as lab:
    service = lab.python('while True: pass')
    os.kill(service.pid, signal.SIGSTOP)
    lab.wait_until(lambda: status(service.pid, 'State').startswith('T'), 'the stop')
    lab.ready(pid=service.pid, comm=service.name)
