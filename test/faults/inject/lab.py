"""What the faults share: neutral names, child processes, control groups, scratch file systems, and the way back on every exit path.

A fault is called as `python3 ID.py SECONDS [SEED]`. It prints one line `READY {json}`, the truth of this run, once the fault is really
active, holds it for SECONDS and undoes it at the end and on TERM, INT and HUP. Exit 77: this machine cannot do it; the reason is on stderr.
A process started here dies with its fault even when that is killed by SIGKILL; those it forked do not.
"""
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PYTHON = '/usr/bin/python3' if os.path.exists('/usr/bin/python3') else sys.executable
# No name says what is wrong: a diagnosis cannot be right by reading it.
NAMES = ['ledger', 'catalog', 'notifier', 'gatekeeper', 'scheduler', 'renderer', 'basket', 'tariff', 'replica', 'courier', 'archive', 'quotes', 'beacon']
CGROUPS = '/sys/fs/cgroup'
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class CannotHere(Exception):
    """This machine cannot have the fault."""


class Lab:
    def __enter__(self):
        self.seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30
        self.seed = int(sys.argv[2]) if len(sys.argv) > 2 else os.getpid()
        self.undone = []
        self.children = []
        for number in SIGNALS:
            signal.signal(number, lambda received, _: sys.exit(128 + received))
        self.folder = tempfile.mkdtemp(prefix='lab.', dir=os.environ.get('TRACEBOOK_FAULTS_TMP', '/tmp'))
        # Children of other users must get at it.
        os.chmod(self.folder, 0o755)
        return self

    def __exit__(self, kind, error, _):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            for kill in (os.killpg, os.kill):
                try:
                    kill(child.pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
        # A frozen child dies only when thawed, so nobody is waited for before the rest is undone.
        for action in reversed(self.undone):
            try:
                action()
            except OSError as problem:
                print(f'not undone: {problem}', file=sys.stderr)
        for child in self.children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                print(f'process {child.pid} does not end', file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)
        if kind is CannotHere:
            print(error, file=sys.stderr)
            os._exit(77)

    def undo(self, action):
        self.undone.append(action)

    def name(self, slot=1):
        """Stable for one seed and slot; two slots of one seed differ."""
        return NAMES[(self.seed + slot * 5) % len(NAMES)]

    def path(self, name):
        return os.path.join(self.folder, name)

    def python(self, text, *arguments, slot=1, **options):
        """Starts a Python program under a neutral name: a script's name is its process's name."""
        return self.program(f'#!{PYTHON} -ES\n{text}\n'.encode(), slot, arguments, options)

    def c(self, text, *arguments, slot=1, **options):
        """Compiles and starts a C program under a neutral name."""
        if shutil.which('gcc') is None:
            raise CannotHere('needs gcc')
        source = self.path('program.c')
        with open(source, 'w') as file:
            file.write(text)
        subprocess.run(['gcc', '-O1', '-g', '-fno-omit-frame-pointer', '-pthread', '-o', self.path('program'), source], check=True)
        with open(self.path('program'), 'rb') as file:
            return self.program(file.read(), slot, arguments, options)

    def copy(self, tool, *arguments, slot=1, **options):
        """Starts a tool of the system under a neutral name."""
        found = shutil.which(tool)
        if found is None:
            raise CannotHere(f'needs {tool}')
        with open(found, 'rb') as file:
            return self.program(file.read(), slot, arguments, options)

    def program(self, content, slot, arguments, options):
        path = self.path(self.name(slot))
        if not os.path.exists(path):
            with open(path, 'wb') as file:
                file.write(content)
            os.chmod(path, 0o755)
        return self.start([path, *map(str, arguments)], **options)

    def start(self, argv, group=None, before=None, **options):
        """In a session of its own, in the control group `group` from its first instruction on."""

        def prepare():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if group is not None:
                write(os.path.join(group, 'cgroup.procs'), '0')
            if before is not None:
                before()

        quiet = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
        child = subprocess.Popen(argv, start_new_session=True, preexec_fn=prepare, **{**quiet, **options})
        child.name = os.path.basename(argv[0])[:15]
        self.children.append(child)
        return child

    def group(self, controller, **limits):
        """A control group of either version: each limit is (value of version 1, value of version 2) by its file's name there."""
        root, version = f'{CGROUPS}/{controller}', 1
        if not os.path.exists(f'{root}/cgroup.procs'):
            root, version = CGROUPS, 2
            if not os.path.exists(f'{root}/cgroup.controllers'):
                raise CannotHere(f'no control groups for {controller}')
            if controller != 'freezer':
                self.enable(root, controller)
        folder = f'{root}/{self.name(3)}'
        try:
            os.mkdir(folder)
        except OSError as problem:
            raise CannotHere(f'no control group: {problem}') from problem
        self.undo(lambda: remove_group(folder))
        for first, second in limits.values():
            file, value = first if version == 1 else second
            try:
                write(f'{folder}/{file}', value)
            except OSError as problem:
                raise CannotHere(f'no limit {file}: {problem}') from problem
        self.version = version
        return folder

    def enable(self, root, controller):
        if controller not in read(f'{root}/cgroup.controllers').split():
            raise CannotHere(f'no controller {controller}')
        if controller in read(f'{root}/cgroup.subtree_control').split():
            return
        write(f'{root}/cgroup.subtree_control', f'+{controller}')
        self.undo(lambda: write(f'{root}/cgroup.subtree_control', f'-{controller}'))

    def mount(self, mebibytes, *options):
        """A small ext4 of our own on a loop device, so that no file system of the host fills up."""
        for tool in ('mkfs.ext4', 'losetup', 'mount', 'umount'):
            if shutil.which(tool) is None:
                raise CannotHere(f'needs {tool}')
        image, folder = self.path('image'), self.path('data')
        with open(image, 'wb') as file:
            file.truncate(mebibytes << 20)
        os.mkdir(folder)
        subprocess.run(['mkfs.ext4', '-q', '-F', '-m', '0', *options, image], check=True)
        done = subprocess.run(['mount', '-o', 'loop', image, folder], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise CannotHere(done.stderr.strip())
        self.undo(lambda: unmount(folder))
        return folder

    def wait_until(self, condition, what, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise CannotHere(f'{what}: not within {seconds} s')
            time.sleep(0.05)

    def ready(self, **truth):
        """Announces the truth and holds the fault."""
        for child in self.children:
            if child.poll() is not None:
                print(f'{child.name} ended with {child.returncode}', file=sys.stderr)
                sys.exit(1)
        print('READY ' + json.dumps({'seed': self.seed, **truth}), flush=True)
        time.sleep(self.seconds)


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    with open(path, 'w') as file:
        file.write(str(text))


def status(pid, key):
    """A line of /proc/PID/status, or nothing when it has gone."""
    try:
        lines = read(f'/proc/{pid}/status').splitlines()
    except OSError:
        return ''
    return next((line.split(':', 1)[1].strip() for line in lines if line.startswith(key + ':')), '')


def run(*argv):
    """A tool of the system that must do what it is asked."""
    if shutil.which(argv[0]) is None:
        raise CannotHere(f'needs {argv[0]}')
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotHere(f'{argv[0]}: {done.stderr.strip()}')
    return done.stdout


def remove_group(folder):
    for _ in range(60):
        try:
            return os.rmdir(folder)
        except OSError:
            time.sleep(0.1)
    os.rmdir(folder)


def unmount(folder):
    for _ in range(30):
        if subprocess.run(['umount', folder], stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(['umount', '-l', folder], check=False)


def need_root():
    if os.geteuid() != 0:
        raise CannotHere('needs root')


def need_cpus(number):
    if len(os.sched_getaffinity(0)) < number:
        raise CannotHere(f'needs {number} CPUs')


def need_disk(lab):
    """The name of the disk below the scratch folder; an overlay or memory has none."""
    device = os.stat(lab.folder).st_dev
    link = f'/sys/dev/block/{os.major(device)}:{os.minor(device)}'
    if not os.path.exists(link):
        raise CannotHere('the scratch folder is not on a disk: set TRACEBOOK_FAULTS_TMP')
    return os.path.basename(os.path.realpath(link))
