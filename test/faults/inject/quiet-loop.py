"""Nothing is wrong: a script looks for something every half second, finds nothing and says so in its exit status."""
from lab import Lab

with Lab() as lab:
    script = lab.start(['/bin/sh', '-c', 'while :; do sleep 0.5; grep -q zebra /etc/hostname; done'])
    lab.ready(pid=script.pid)
