#!/usr/bin/env python3
"""crowd.py N COMMAND …: runs COMMAND in a PID namespace of its own with N sleeping processes, then ends them all. Needs root."""
import os, subprocess, sys

if os.environ.get('CROWD') != 'inside':
    os.execvpe('unshare', ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', sys.executable, *sys.argv], {**os.environ, 'CROWD': 'inside'})
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        os.closerange(0, 3)
        import signal
        signal.pause()
sys.exit(subprocess.call(sys.argv[2:]))
