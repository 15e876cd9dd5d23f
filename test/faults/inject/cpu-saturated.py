"""One service keeps three busy workers for each CPU: more runnable work than CPUs."""
import os

from lab import Lab

with Lab() as lab:
    service = lab.python(f'import os\nfor _ in range({3 * os.cpu_count() - 1}):\n    if os.fork() == 0: break\nwhile True: pass')
    lab.ready(pid=service.pid, comm=service.name)
