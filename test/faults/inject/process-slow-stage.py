"""The last stage of a pipeline takes its time with each block: the stages before it could do a hundred times as much and mostly stand in write()."""
import os

from lab import Lab, read

FIRST = 'import os\nwhile True: os.write(1, b"x" * 4096)'
MIDDLE = 'import os\nwhile True: os.write(1, os.read(0, 4096))'
LAST = 'import os, time\nwhile os.read(0, 4096): time.sleep(0.05)'

with Lab() as lab:
    (one_out, one_in), (two_out, two_in) = os.pipe(), os.pipe()
    last = lab.python(LAST, stdin=two_out)
    middle = lab.python(MIDDLE, slot=2, stdin=one_out, stdout=two_in)
    first = lab.python(FIRST, slot=3, stdout=one_in)
    for end in (one_out, one_in, two_out, two_in):
        os.close(end)
    lab.wait_until(lambda: all('pipe_write' in read(f'/proc/{one.pid}/wchan') for one in (first, middle)), 'full pipes')
    lab.ready(pid=last.pid, comm=last.name, victim_pid=first.pid, victim_comm=first.name)
