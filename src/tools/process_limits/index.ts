// /proc/PID/status, limits and fd of every process → descriptors and locked memory of each, who traces it, tasks of each user against its limit.
//   FDSize:	256 … VmLck:	    4096 kB … Threads:	12               status: FDSize is never less than what is open
//   Max open files            1024                 524288               files
//   ==> /proc/4242/fd/ <== 0 1 2 255                                     one name per open descriptor
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { scan } from '../../parse/scan.ts'
import { defined, number } from '../../parse/table.ts'
import { limitedProcess, type Limited } from './limited.ts'
import { nearestUser, tasksOf } from './users.ts'

/**
 * What it costs (measured): status and limits are 0.12 ms a process. A directory of descriptors is 0.05 ms and more with many, which
 * among thousands of processes is more than the answer is worth: there FDSize, which status tells anyway, clears all but a few.
 */
const MANY_PROCESSES = 1000
const MAPS_LIMIT = '/proc/sys/vm/max_map_count'
const NOBODY = unavailable('nothing to measure', 'no process is traced')
const UNLIMITED = unavailable('nothing to measure', 'no process has a limit of its address space')
/** The largest by each of the things that have a limit. */
const MOST_PROCESSES = 60

export const source: Source = {
  id: 'process_limits',
  tier: 'read',
  asks: 'Which process or user is near its own limit of descriptors, tasks or locked memory?',
  gives: [
    'process.open_files',
    'process.descriptor_slots',
    'process.open_files_limit',
    'process.locked',
    'process.space_used',
    'process.user_threads',
    'process.traces',
    'process.traced',
    'memory.maps_limit',
    'user.name',
    'user.tasks',
    'user.task_limit',
  ],
  requests: (_window, context) => [
    { kind: 'scan', files: ['status', 'limits'], at: 'end' },
    { kind: 'read', paths: [MAPS_LIMIT, ...(many(context) ? [] : ['/proc/*/fd/'])], at: 'end' },
  ],
  parse: (looks, { context }) => {
    if (looks.some((look) => look.outcome === 'truncated'))
      return unavailable('not measured', 'there are more processes than can be read in one look')
    const framed = looks.filter((look) => look.text.startsWith('==> ')).map((look) => look.text)
    const open = descriptors(framed)
    const processes = looks
      .filter((look) => !look.text.startsWith('==> '))
      .flatMap((look) => scan(look.text, 2))
      .flatMap((record) => limitedProcess(record, open.get(record.pid)) ?? [])
    const mapsLimit = number(framed.map((text) => files(text).get(MAPS_LIMIT)?.trim()).find((text) => text))
    if (processes.length === 0)
      return unavailable('not understood', 'no record of /proc/PID/status and limits could be read')
    const user = nearestUser(processes)
    const tasks = 'unavailable' in user ? new Map<number, number>() : tasksOf(processes, user.uid)
    return {
      host: defined({
        'memory.maps_limit': mapsLimit,
        ...('unavailable' in user
          ? {}
          : { 'user.name': user.name, 'user.tasks': user.tasks, 'user.task_limit': user.limit }),
      }),
      instances: noteworthy(processes, tasks).map((one) => instance(one, tasks, processes)),
      missing: {
        ...('unavailable' in user
          ? { 'user.name': user, 'user.tasks': user, 'user.task_limit': user, 'process.user_threads': user }
          : {}),
        ...(processes.some((one) => one.tracer !== undefined)
          ? {}
          : { 'process.traces': NOBODY, 'process.traced': NOBODY }),
        ...(processes.some((one) => one.spaceUsed !== undefined) ? {} : { 'process.space_used': UNLIMITED }),
        ...uncounted(processes, framed, context),
      },
    }
  },
}

function many(context: Context): boolean {
  return context.processes > MANY_PROCESSES
}

/** Process → how many descriptors are open. */
function descriptors(framed: readonly string[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const text of framed)
    for (const [path, names] of files(text)) {
      const pid = /^\/proc\/(\d+)\/fd\/$/.exec(path)?.[1]
      const entries = names.split('\n').filter((name) => name !== '')
      if (pid !== undefined && entries.every((name) => /^\d+$/.test(name))) found.set(Number(pid), entries.length)
    }
  return found
}

function noteworthy(processes: readonly Limited[], tasks: ReadonlyMap<number, number>): readonly Limited[] {
  const tracers = new Set(processes.flatMap((one) => one.tracer ?? []))
  const orders: readonly ((one: Limited) => number)[] = [
    (one) => (one.open ?? one.slots ?? 0) / (one.openLimit ?? Infinity),
    (one) => one.slots ?? 0,
    (one) => one.locked ?? 0,
    (one) => one.spaceUsed ?? 0,
    (one) => tasks.get(one.pid) ?? 0,
    (one) => (tracers.has(one.pid) ? 1 : 0),
  ]
  const kept = new Set(
    orders.flatMap((size) =>
      processes
        .filter((one) => size(one) > 0)
        .toSorted((a, b) => size(b) - size(a))
        .slice(0, MOST_PROCESSES),
    ),
  )
  return processes.filter((one) => kept.has(one))
}

function instance(one: Limited, tasks: ReadonlyMap<number, number>, all: readonly Limited[]): Instance {
  const traced = all.filter((other) => other.tracer === one.pid)
  return {
    domain: 'process',
    name: String(one.pid),
    labels: { pid: String(one.pid), comm: one.comm, ppid: String(one.parent) },
    values: defined({
      'process.open_files': one.open,
      'process.descriptor_slots': one.slots,
      'process.open_files_limit': one.openLimit,
      'process.locked': one.locked,
      'process.space_used': one.spaceUsed,
      'process.traces': traced.length > 0 ? traced.length : undefined,
      'process.traced': traced.length > 0 ? namesOf(traced) : undefined,
      'process.user_threads': tasks.get(one.pid),
    }),
  }
}

function namesOf(processes: readonly Limited[]): string {
  return processes
    .map((one) => `${one.comm} (pid ${one.pid})`)
    .slice(0, 4)
    .join(', ')
}

/** Beside the values of the others: why a process that has descriptors has no number. */
function uncounted(
  processes: readonly Limited[],
  framed: readonly string[],
  context: Context,
): Record<string, Unavailable> {
  if (processes.every((one) => one.open !== undefined || (one.slots ?? 0) === 0)) return {}
  const refused = framed.some((text) => [...unreadable(text).values()].includes('EACCES'))
  const why = refused
    ? unavailable('not permitted', 'descriptors of other users’ processes may not be counted', 'run as root')
    : many(context)
      ? unavailable(
          'not measured',
          'among more than 1,000 processes descriptors are not counted',
          'ls /proc/PID/fd | wc -l',
        )
      : unavailable('not measured', 'the process ended before its descriptors were counted')
  return { 'process.open_files': why }
}
