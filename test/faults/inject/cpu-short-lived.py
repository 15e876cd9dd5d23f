"""A script starts a program for each item: hundreds of processes a second that no tool's interval shows."""
from lab import Lab

with Lab() as lab:
    service = lab.python('import os\nwhile True:\n    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)')
    lab.ready(pid=service.pid, comm=service.name, program='true')
