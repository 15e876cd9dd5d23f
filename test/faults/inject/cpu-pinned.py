"""Three busy workers of a service share one CPU by affinity while another CPU idles."""
import os

from lab import Lab, need_cpus

with Lab() as lab:
    need_cpus(2)
    cpu = max(os.sched_getaffinity(0))
    service = lab.python(f'import os\nos.sched_setaffinity(0, [{cpu}])\nfor _ in range(2):\n    if os.fork() == 0: break\nwhile True: pass')
    lab.ready(pid=service.pid, comm=service.name, cpu=cpu)
