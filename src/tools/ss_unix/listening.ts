// Unix sockets that listen → one instance per path: how many connections wait to be accepted, how many may, and who should take them.
import type { Instance } from '../../model/metric.ts'
import { age, type UnixSocket } from './sockets.ts'

const MOST_INSTANCES = 16

/** Those on which somebody waits. An ss that cannot ask the kernel (unix_diag) shows every queue and backlog as 0. */
export function listening(all: readonly UnixSocket[]): Instance[] {
  return all
    .filter((one) => one.state === 'LISTEN' && one.received > 0)
    .toSorted((a, b) => b.received - b.sent - (a.received - a.sent))
    .slice(0, MOST_INSTANCES)
    .map((one) => {
      const owner = one.owners.toSorted((a, b) => age(a) - age(b))[0]
      return {
        domain: 'listener',
        name: one.path,
        labels: owner ? { comm: owner.comm, pid: String(owner.pid) } : {},
        values: { 'listener.unix_queue': one.received, 'listener.unix_backlog': one.sent },
      }
    })
}
