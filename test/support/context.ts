// Test helper: a complete Context of an ordinary small host, any part of it replaced.
import type { Context } from '../../src/model/context.ts'

const ordinary: Context = {
  hostname: 'host',
  kernel: '6.1.0-37-amd64',
  distribution: { id: 'debian', like: [], name: 'Debian GNU/Linux 12 (bookworm)' },
  uptimeSeconds: 86_400,
  bootId: '00000000-0000-4000-8000-000000000000',
  cpus: { online: 2, model: 'x86-64', threadsPerCore: 1, sockets: 1 },
  usableCpus: 2,
  memoryBytes: 8 * 1024 ** 3,
  virtualization: 'none',
  container: 'none',
  cgroup: { version: '2', path: '/' },
  privileges: { uid: 0, root: true, capabilities: '000001ffffffffff', perfEventParanoid: 2, dmesgRestrict: false },
  disks: [{ name: 'vda', kind: 'parallel', class: 'virtual', scheduler: 'none', requests: 256, readAheadKiB: 128 }],
  interfaces: [
    { name: 'lo', up: true, virtual: true },
    { name: 'eth0', up: true, virtual: false },
  ],
  clocksource: 'tsc',
  processes: 100,
  pageSize: 4096,
  ticks: 100,
}

/** The ordinary host with some parts replaced. */
export function context(parts: Partial<Context> = {}): Context {
  return { ...ordinary, ...parts }
}
