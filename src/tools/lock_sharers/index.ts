// The call each process sleeps in, several times a second → does the target wait for a lock in shared memory, with whom, and who has it?
//   4242 (worker) S 4100 … NUL 202 0x7f61a4fa6000 0x0 0x2 … NUL futex_do_wait NUL 3326948 261822 42 NUL LF
//     0x0: FUTEX_WAIT without FUTEX_PRIVATE_FLAG, the lock is shared between processes (scan: syscall, wchan, schedstat)
//   7f61a4fa6000-7f61a4fa7000 rw-s 00000000 00:01 13151 /dev/shm/pool                (/proc/PID/maps of the target)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { scan } from '../../parse/scan.ts'
import { processesOf } from '../target/need.ts'
import { SCANNED, sharing, type Moment } from './sharing.ts'

/** Four files of each process at six moments, some 12 us a file. */
const MANY_PROCESSES = 2000
const MOST_TARGETS = 16

const DENIED = unavailable('not permitted', 'system calls of others may be read by root only', 'run as root')

export const source: Source = {
  id: 'lock_sharers',
  tier: 'read',
  asks: 'Does the process that is said to be slow wait for a lock it shares with other processes?',
  gives: [
    'process.shared_lock_waiters',
    'process.shared_lock_sharers',
    'process.shared_lock_turns',
    'process.shared_lock_cpu',
    'process.shared_lock_holder_in',
    'process.shared_lock_place',
  ],
  brief: true,
  requests: (_window, context) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    if (context.processes > MANY_PROCESSES)
      return unavailable(
        'not measured',
        'among more than 2,000 processes the calls of all are not read',
        'cat /proc/PID/syscall of its sister processes',
      )
    const pids = processes.slice(0, MOST_TARGETS).map(({ pid }) => pid)
    return [
      { kind: 'scan', files: SCANNED, at: 'every' },
      { kind: 'read', paths: pids.map((pid) => `/proc/${pid}/maps`), at: 'end' },
    ]
  },
  parse: (looks, { context }) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    const isMaps = (text: string) => text.startsWith('==> ')
    const maps = new Map(looks.filter(({ text }) => isMaps(text)).flatMap((look) => [...files(look.text)]))
    const moments = looks
      .filter(({ text }) => !isMaps(text))
      .map((look): Moment => {
        const records = scan(look.text, SCANNED.length)
        return { atMs: look.atMs, processes: new Map(records.map((one) => [one.pid, one])) }
      })
    const last = moments.at(-1)
    if (!last || moments.length < 2) return unavailable('not measured', 'the processes were looked at only once')
    if (last.processes.size === 0) return unavailable('not understood', 'no record of /proc/PID/stat and syscall')
    const present = processes.flatMap(({ pid }) => last.processes.get(pid) ?? [])
    if (present.length === 0) return unavailable('not measured', 'it ended while it was looked at')
    if (present.every((one) => one.files[0] === '')) return DENIED
    return {
      instances: present.flatMap((one): Instance[] => {
        const values = sharing(one, moments, maps.get(`/proc/${one.pid}/maps`))
        const labels = { pid: String(one.pid), comm: one.comm, ppid: String(one.parent) }
        return values ? [{ domain: 'process', name: String(one.pid), labels, values }] : []
      }),
    }
  },
}
