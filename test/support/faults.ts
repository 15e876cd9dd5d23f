// Real faults for the live tests, each undone by `stop`: busy CPUs, a throttled group, a listener that never accepts.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Fault {
  readonly pid: number
  readonly stop: () => Promise<void>
}

export function has(program: string): boolean {
  return ['/usr/bin', '/usr/sbin', '/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, program)))
}

export async function stressCpus(workers: number): Promise<Fault> {
  const child = spawn('stress-ng', ['--cpu', String(workers), '--timeout', '120s', '--quiet'], {
    detached: true,
    stdio: 'ignore',
  })
  await sleep(1500)
  return { pid: child.pid ?? 0, stop: () => endGroup(child) }
}

/** A shell loop in a group that may use a fifth of one CPU; versions 1 and 2 of control groups. */
export async function throttledGroup(name: string): Promise<Fault & { readonly group: string }> {
  const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers')
  const folder = join(v2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu', name)
  if (v2 && !readFileSync('/sys/fs/cgroup/cgroup.subtree_control', 'utf8').includes('cpu'))
    writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+cpu')
  mkdirSync(folder)
  if (v2) writeFileSync(join(folder, 'cpu.max'), '20000 100000')
  else {
    writeFileSync(join(folder, 'cpu.cfs_period_us'), '100000')
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), '20000')
  }
  const child = spawn('sh', ['-c', `echo $$ > ${folder}/cgroup.procs; while :; do :; done`], {
    detached: true,
    stdio: 'ignore',
  })
  await sleep(1000)
  return {
    pid: child.pid ?? 0,
    group: name,
    stop: async () => {
      await endGroup(child)
      await sleep(300)
      rmdirSync(folder)
    },
  }
}

const LISTENER = `
import socket, sys, time, threading
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen(1)
port = server.getsockname()[1]
print(port, flush=True)
# A client that gives up and tries again, ten at a time: the queue of two is full for ever and each try overflows it.
def client():
    while True:
        s = socket.socket(); s.settimeout(2)
        try: s.connect(('127.0.0.1', port)); time.sleep(300)
        except OSError: s.close()
for _ in range(10): threading.Thread(target=client, daemon=True).start()
time.sleep(120)
`

export async function fullListener(): Promise<Fault & { readonly port: number }> {
  const child = spawn('python3', ['-c', LISTENER], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const port = await new Promise<number>((done) =>
    child.stdout.on('data', (d: Buffer) => done(Number(d.toString().trim()))),
  )
  await sleep(2500)
  return { pid: child.pid ?? 0, port, stop: () => endGroup(child) }
}

export function loadOne(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}

/** Waits until nothing but us wants a CPU: the tests before may still be ending. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const busy = (): number[] =>
      readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/).slice(1).map(Number) ?? []
    const before = busy()
    await sleep(1000)
    const after = busy()
    const delta = after.map((n, at) => n - (before[at] ?? 0))
    const total = delta.slice(0, 8).reduce((a, b) => a + b, 0)
    if ((delta[3] ?? 0) / total > 0.95) return
  }
}

export function kernelLogReadable(): boolean {
  try {
    execFileSync('dmesg', [], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  } catch {
    // Ended by itself.
  }
  await sleep(200)
}
