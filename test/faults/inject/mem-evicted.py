"""A tool takes the file that a service reads out of the page cache again and again: every read goes to the disk, with memory free."""
import os
import time

from lab import Lab

READER = '''
import os, random, sys
file = os.open(sys.argv[1], os.O_RDONLY)
os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
while True: os.pread(file, 4096, random.randrange(65536) * 4096)
'''
TOOL = '''
import os, sys, time
file = os.open(sys.argv[1], os.O_RDONLY)
while True:
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    time.sleep(0.1)
'''

with Lab() as lab:
    data = lab.mount(400) + '/data'
    with open(data, 'wb') as file:
        for _ in range(256):
            file.write(os.urandom(1 << 20))
    os.sync()
    lab.python(READER, data)
    tool = lab.python(TOOL, data, slot=2)
    time.sleep(2)
    lab.ready(pid=tool.pid, comm=tool.name)
