// The system call each thread of the host sleeps in, at both ends of the window → which process has threads that queue at one lock.
//   ==> /proc/4242/task/4243/syscall <==
//   202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b       futex, address of the lock, wait, "held and waited for"
//   271 0x7ffc1f0b9b20 0x1 0x0 0x0 0x8 0x0 0x7ffc1f0b9ab8 0x7f0c2d1a38d6        something else
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { commOf, files, unreadable } from '../../parse/files.ts'
import { waitCall, waitersByWord, type WaitCall } from '../../parse/wait-call.ts'

/** Some 12 us a thread: among thousands of processes that is more than the answer is worth. */
const MANY_PROCESSES = 1000

const NAMES = { kind: 'read', paths: ['/proc/*/comm'], at: 'end' } as const

const DENIED = unavailable('not permitted', 'system calls of others’ threads may be read by root only', 'run as root')

/** Thread → the call it waits in. */
type Census = ReadonlyMap<string, WaitCall>

export const source: Source = {
  id: 'lock_census',
  tier: 'read',
  asks: 'Do threads of a process queue at one of its own locks?',
  gives: ['process.lock_queue', 'process.lock_queues', 'database.processes'],
  requests: (_window, context) =>
    context.processes > MANY_PROCESSES
      ? unavailable(
          'not measured',
          'among more than 1,000 processes the calls of all threads are not read',
          '--target pid:N',
        )
      : [{ kind: 'read', paths: ['/proc/*/task/*/syscall'], at: 'ends' }, NAMES],
  parse: (looks, { context }) => {
    const all = looks.map((look) => files(look.text))
    const isName = (path: string) => path.endsWith('/comm')
    const read = all.filter((one) => ![...one.keys()].some(isName))
    const names = new Map(all.flatMap((one) => [...one].filter(([path]) => isName(path))))
    const refused = looks.some((look) =>
      [...unreadable(look.text).values()].some((code) => code === 'EACCES' || code === 'EPERM'),
    )
    if (!read.some((one) => one.size > 0))
      return refused || looks.some((look) => look.outcome === 'denied')
        ? DENIED
        : unavailable('not supported', 'this kernel does not tell the system calls of threads (HAVE_ARCH_TRACEHOOK)')
    const understood = read.some((one) =>
      [...one.values()].some((text) => /^(?:running|-1|\d+) /.test(`${text.trim()} `)),
    )
    if (!understood) return unavailable('not understood', '/proc/PID/task/TID/syscall has another form than known')
    const censuses = read.map(locks)
    const pids = new Set(censuses.flatMap((census) => [...census.keys()].map(pidOf)))
    const servers = [...names.values()].filter((name) => name.trim() === 'postgres').length
    return {
      ...(names.size > 0 ? { host: { 'database.processes': servers } } : {}),
      instances: [...pids].map((pid) => instance(pid, commOf(names, pid), censuses)),
      // Its own queues a user may see; that others have none nobody told. Root may be kept from a process or two of its container.
      ...(refused && !context.privileges.root
        ? { missing: { 'process.lock_queue': DENIED, 'process.lock_queues': DENIED } }
        : {}),
    }
  },
}

function locks(read: ReadonlyMap<string, string>): Census {
  const found = new Map<string, WaitCall>()
  for (const [path, text] of read) {
    const call = waitCall(text)
    // Not `self`: that is us once more. What may be a condition as well is looked at closer.
    if (call && call.kind !== 'condition' && /^\/proc\/\d+\//.test(path))
      found.set(path.slice('/proc/'.length, -'/syscall'.length), call)
  }
  return found
}

function pidOf(thread: string): string {
  return thread.split('/')[0] ?? ''
}

function instance(pid: string, comm: string | undefined, censuses: readonly Census[]): Instance {
  const queues = censuses.map((census) => {
    const own = [...census].filter(([thread]) => pidOf(thread) === pid)
    return waitersByWord(own, () => true)
  })
  return {
    domain: 'process',
    name: pid,
    labels: { pid, ...(comm === undefined ? {} : { comm }) },
    values: {
      'process.lock_queue': queues.map((words) => Math.max(0, ...[...words.values()].map((threads) => threads.length))),
      'process.lock_queues': queues.map((words) => words.size),
    },
  }
}
