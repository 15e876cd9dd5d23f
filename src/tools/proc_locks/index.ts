// /proc/locks at every interval of the window → which process holds a file lock that others wait for, and how many.
//   1: FLOCK  ADVISORY  WRITE 27890 fe:00:2149837 0 EOF
//   1: -> FLOCK  ADVISORY  WRITE 28160 fe:00:2149837 0 EOF
//   ==> /proc/27890/comm <==        the name of the holder, which may sleep and be in no other table
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { commOf, files } from '../../parse/files.ts'
import { inCycles, queues, type Queue } from './file-locks.ts'

const LOCKS = '/proc/locks'
const MANY_PROCESSES = 1000

export const source: Source = {
  id: 'proc_locks',
  tier: 'read',
  asks: 'Do processes queue for a file lock, and who holds it?',
  gives: ['file_lock.queue', 'process.file_lock_waiters', 'process.file_lock_holders', 'process.file_lock_cycle'],
  requests: (_window, context) => [
    { kind: 'read', paths: [LOCKS], at: 'every' },
    // Names are a comfort: among thousands of processes they are not worth the time.
    ...(context.processes > MANY_PROCESSES ? [] : [{ kind: 'read', paths: ['/proc/*/comm'], at: 'end' } as const]),
  ],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const seen = read.filter((one) => one.has(LOCKS)).map((one) => queues(one.get(LOCKS)))
    if (seen.length === 0) return unavailable('not supported', 'this kernel has no /proc/locks')
    const known = seen.flatMap((one) => (one ? [one] : []))
    if (known.length < seen.length) return unavailable('not understood', `${LOCKS} has another form than known`)
    const names = new Map(read.filter((one) => !one.has(LOCKS)).flatMap((one) => [...one]))
    const all = known.flat()
    const cycles = known.map(inCycles)
    const pids = new Set(all.flatMap(({ holder }) => (holder > 0 ? [holder] : [])))
    return {
      host: { 'file_lock.queue': known.map((one) => Math.max(0, ...one.map(({ behind }) => behind.length))) },
      instances: [...pids].map((pid) => {
        const comm = commOf(names, pid)
        return instance(
          pid,
          comm,
          all,
          cycles.every((cycle) => cycle.has(pid)),
        )
      }),
    }
  },
}

function instance(pid: number, comm: string | undefined, all: readonly Queue[], cycle: boolean): Instance {
  const own = all.filter(({ holder }) => holder === pid)
  const held = new Set(own.map(({ file }) => file))
  const turns = [...held].map(
    (file) => new Set(all.filter((one) => one.file === file).map(({ holder }) => holder)).size,
  )
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), ...(comm === undefined ? {} : { comm }) },
    values: {
      'process.file_lock_waiters': Math.max(...own.map(({ behind }) => behind.length)),
      'process.file_lock_holders': Math.max(...turns),
      'process.file_lock_cycle': Number(cycle),
    },
  }
}
