"""A real-time loop never sleeps on a CPU that a normal service is bound to."""
import os

from lab import Lab, need_cpus, need_root

with Lab() as lab:
    need_root()
    need_cpus(2)
    cpu = max(os.sched_getaffinity(0))
    victim = lab.python(f'import os\nos.sched_setaffinity(0, [{cpu}])\nwhile True: pass', slot=2)
    hog = lab.python(f'import os\nos.sched_setaffinity(0, [{cpu}])\nos.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))\nwhile True: pass')
    lab.wait_until(lambda: os.sched_getscheduler(hog.pid) == os.SCHED_RR, 'real-time policy')
    lab.ready(pid=hog.pid, comm=hog.name, victim_pid=victim.pid)
