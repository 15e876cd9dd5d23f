"""The last stage of a pipeline stopped reading: the stage before it stands in write()."""
import os

from lab import Lab, read

with Lab() as lab:
    out, into = os.pipe()
    reader = lab.python('import time\ntime.sleep(3600)', stdin=out)
    writer = lab.python('import os\nwhile True: os.write(1, b"x" * 4096)', slot=2, stdout=into)
    os.close(out)
    os.close(into)
    lab.wait_until(lambda: 'pipe' in read(f'/proc/{writer.pid}/wchan'), 'a full pipe')
    lab.ready(pid=reader.pid, comm=reader.name, victim_pid=writer.pid, victim_comm=writer.name)
