"""A session of a database keeps a transaction open that it has forgotten; ten others wait for the row it changed."""
import glob
import os
import pwd
import subprocess

from lab import CannotHere, Lab, need_root

with Lab() as lab:
    need_root()
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
    if not found:
        raise CannotHere('needs PostgreSQL')
    programs, folder = found[-1], lab.path('database')
    user = pwd.getpwnam('postgres')
    os.mkdir(folder)
    os.chown(folder, user.pw_uid, user.pw_gid)

    def become():
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    client = [f'{programs}/psql', '-q', '-h', folder, '-U', 'postgres']

    def ask(statement):
        return [*client, '-c', statement]

    def answered(statement):
        return subprocess.run(ask(statement), preexec_fn=become, cwd='/', capture_output=True).returncode == 0

    subprocess.run([f'{programs}/initdb', '-D', folder, '-A', 'trust'], preexec_fn=become, cwd='/', check=True, stdout=subprocess.DEVNULL)
    lab.start([f'{programs}/postgres', '-D', folder, '-k', folder, '-c', 'listen_addresses='], before=become, cwd='/')
    lab.wait_until(lambda: answered('create table orders (id int, state int)'), 'the database')
    answered('insert into orders values (1, 1)')
    holder = lab.start(client, before=become, cwd='/', stdin=subprocess.PIPE)
    holder.stdin.write(b'begin; update orders set state = 2;\n')
    holder.stdin.flush()

    def forgotten():
        return subprocess.run(['pgrep', '-f', 'idle in transaction'], capture_output=True, text=True).stdout.split()

    lab.wait_until(forgotten, 'the open transaction')
    for _ in range(10):
        lab.start(ask('update orders set state = 3'), before=become, cwd='/')
    lab.ready(pid=int(forgotten()[0]), comm='postgres')
