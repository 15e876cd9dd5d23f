"""The heap of a service is nearly full of live data: its collector runs all the time and frees next to nothing."""
import os
import shutil
import time

from lab import CannotHere, Lab

PROGRAM = '''
const { getHeapStatistics } = require('node:v8')
const live = []
while (live.length % 1000 || getHeapStatistics().used_heap_size < 105e6) live.push({ i: live.length, name: 'order ' + live.length, parts: [1, 2] })
for (let at = 0; ; at = (at + 1) % live.length) live[at] = { i: at, name: 'order ' + at, parts: [at, at + 1] }
'''

with Lab() as lab:
    node = shutil.which('node')
    if node is None:
        raise CannotHere('needs node')
    link, script = lab.path(lab.name()), lab.path('service.js')
    os.symlink(os.path.realpath(node), link)
    with open(script, 'w') as file:
        file.write(PROGRAM)
    service = lab.start([link, '--max-old-space-size=165', script])
    time.sleep(4)
    lab.ready(pid=service.pid, comm=service.name)
