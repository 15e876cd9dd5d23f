// The threads of the few processes that stood out, at five moments of a second → what they wait for, where they may run, what they call.
//   ==> /proc/4242/task/4243/stat <==        4243 (worker) D 1 4242 …
//   ==> /proc/4242/task/4243/wchan <==       balance_dirty_pages
//   ==> /proc/4242/task/4243/syscall <==     202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b
import type { Context, Suspect } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { instanceOf } from './instance.ts'
import { suspectHistory } from './history.ts'
import { processesOf } from '../target/need.ts'

/** Five files of each thread at six moments, some 12 us a file: more threads than this are not looked at. */
const MOST_THREADS = 300

const GIVES = [
  'suspect.threads',
  'suspect.named',
  'suspect.active_threads',
  'suspect.cpu',
  'suspect.busiest_thread',
  'suspect.realtime',
  'suspect.busiest_name',
  'suspect.turn',
  'suspect.turn_ends_in',
  'suspect.user',
  'suspect.system',
  'suspect.faults',
  'suspect.cpu_wait',
  'suspect.confined',
  'suspect.priority',
  'suspect.lock_waiters',
  'suspect.locks',
  'suspect.lock_still',
  'suspect.lock_turns',
  'suspect.unclear_waiters',
  'suspect.timed_waiters',
  'suspect.turn_waiters',
  'suspect.timed_turn_waiters',
  'suspect.runnable',
  'suspect.memory_lock_waiters',
  'suspect.held_writers',
  'suspect.switches',
  'suspect.preempted',
  'suspect.waits_in',
  'suspect.io_calls',
  'suspect.io_call_size',
] as const

export const source: Source = {
  id: 'suspects',
  tier: 'read',
  asks: 'What do the threads of the processes that stood out wait for, and where may they run?',
  gives: GIVES,
  brief: true,
  requests: (_window, context) => {
    const chosen = lookedAt(context)
    if (chosen.length === 0)
      return context.suspects === undefined || context.suspects.length === 0
        ? unavailable('nothing to measure', 'no process stood out')
        : unavailable('not measured', 'the processes that stood out have too many threads to be read one by one')
    const each = (names: readonly string[]) => chosen.flatMap(({ pid }) => names.map((name) => `/proc/${pid}/${name}`))
    return [
      {
        kind: 'read',
        paths: each(['task/*/stat', 'task/*/schedstat', 'task/*/wchan', 'task/*/syscall', 'io']),
        at: 'every',
      },
      { kind: 'read', paths: each(['task/*/status']), at: 'ends' },
    ]
  },
  parse: (looks, { context }) => {
    const [samples, ends] = split(looks)
    const instances = lookedAt(context).flatMap((suspect) => {
      const history = suspectHistory(suspect, samples, ends)
      return history ? [named(instanceOf(history, context), suspect, context)] : []
    })
    if (instances.length === 0)
      return unavailable('not measured', 'the processes that stood out ended or may not be read')
    const known = (id: string) => instances.some((one) => id in one.values)
    const missing: Record<string, Unavailable> = {}
    for (const id of GIVES) if (!known(id)) missing[id] = absent(id)
    return { instances, missing }
  },
}

/** Where something was named as slow: whether it is that. Others that stood out may be its cause, and have troubles of their own. */
function named(instance: Instance, { pid }: Suspect, context: Context): Instance {
  const processes = processesOf(context)
  if (isUnavailable(processes)) return instance
  return {
    ...instance,
    values: { ...instance.values, 'suspect.named': processes.some((one) => one.pid === pid) ? 1 : 0 },
  }
}

/** Few threads first: one process of thousands must not hide the others. */
function lookedAt({ suspects = [] }: Context): readonly Suspect[] {
  let room = MOST_THREADS
  return suspects.filter(({ threads = 1 }) => {
    if (threads > room) return false
    room -= threads
    return true
  })
}

function split(looks: readonly Observation[]) {
  const read = looks.map((look) => ({ atMs: look.atMs, files: files(look.text) }))
  const ends = read.filter((one) => [...one.files.keys()].some((path) => path.endsWith('/status')))
  return [read.filter((one) => !ends.includes(one)), ends] as const
}

function absent(id: string): Unavailable {
  if (id === 'suspect.named') return unavailable('not measured', 'no process was named as slow')
  if (/io_call/.test(id))
    return unavailable('nothing to measure', 'it made no such call, or /proc/PID/io may not be read')
  if (/waiters|writers/.test(id))
    return unavailable('not permitted', 'what threads of others wait for may be read by root only', 'run as root')
  if (/waits_in|lock_turns|turn/.test(id))
    return unavailable('nothing to measure', 'none of its threads was seen to wait')
  return unavailable('nothing to measure', 'the process ended while it was looked at')
}
