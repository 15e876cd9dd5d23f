// /proc/PID and its threads at every interval of the window, status, limits and descriptors at its end → what the target does and waits for.
//   /proc/4242/task/4243/stat        4243 (worker) D 1 4242 …
//   /proc/4242/task/4243/schedstat   20124000 881000 35      ns on a CPU, ns waiting for one, times it ran
//   /proc/4242/task/4243/wchan       futex_wait_queue
import type { ReadRequest, Source } from '../../model/source.ts'
import type { TargetProcess } from '../../model/target.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { processesOf, targetOf } from '../target/need.ts'
import { historyOf } from './history.ts'
import { instancesOf } from './instances.ts'
import { totals } from './totals.ts'
import { missingOf } from './missing.ts'

/** Reading three files of each costs some 15 us a file: beyond this many threads at both ends only, beyond the next not at all. */
const MANY_THREADS = 200
const MOST_THREADS = 2000
/** Listing more descriptors than this costs more than the answer is worth. */
const MOST_DESCRIPTORS = 65_536

export const source: Source = {
  id: 'target_process',
  tier: 'read',
  asks: 'What does the process that is said to be slow do, and what does it wait for?',
  gives: [
    'target.found',
    'target.name',
    'target.processes',
    'target.threads',
    'target.state',
    'target.cpu',
    'target.cpu_user',
    'target.cpu_system',
    'target.cpu_wait',
    'target.busiest_thread',
    'target.uninterruptible',
    'target.wait_channel',
    'target.io_bytes',
    'target.major_faults',
    'target.rss',
    'target.swapped',
    'target.process.stopped',
    'target.process.traces',
    'target.process.traced',
    'target.process.held',
    'target.process.uninterruptible',
    'target.process.wait_channel',
    'target.process.cpu',
    'target.process.cpu_wait',
    'target.process.busiest_thread',
    'target.process.busiest_name',
    'target.process.threads',
    'target.process.affinity',
    'target.process.priority',
    'target.process.lowered',
    'target.process.open_files',
    'target.process.open_files_limit',
  ],
  requests: (_window, context) => {
    const processes = processesOf(context)
    return isUnavailable(processes) ? processes : [sampled(processes), last(processes)]
  },
  parse: (looks, { context }) => {
    const target = targetOf(context)
    const processes = processesOf(context)
    if (isUnavailable(target)) return target
    if (isUnavailable(processes)) return processes
    const samples = looks.filter((look) => /^==> \/proc\/\d+\/stat <==/m.test(look.text))
    const end = files(
      looks
        .filter((look) => !samples.includes(look))
        .map((look) => look.text)
        .join(''),
    )
    const histories = processes.flatMap((one) => historyOf(one, samples, end) ?? [])
    if (histories.length === 0) {
      const gone = samples.length > 0 && samples.every((look) => /^==> \S+ <== (ENOENT|ESRCH)/m.test(look.text))
      return gone
        ? unavailable('not measured', `${target.name} ended before it could be looked at`)
        : unavailable('not understood', 'no /proc/PID/stat of the target could be read')
    }
    const alive = histories.some((one) => one.stats.at(-1) !== undefined)
    const host = totals(histories, target, context)
    const instances = instancesOf(histories, end, context)
    return {
      host: alive ? { ...host, 'target.found': 1 } : host,
      instances,
      missing: {
        ...missingOf(histories, host, instances),
        ...(alive
          ? {}
          : { 'target.found': unavailable('not measured', `${target.name} ended while it was looked at`) }),
      },
    }
  },
}

function sampled(processes: readonly TargetProcess[]): ReadRequest {
  const threads = processes.reduce((sum, one) => sum + one.threads, 0)
  const own = ['stat', 'schedstat', 'wchan', 'io']
  const each = threads > MOST_THREADS ? own : [...own, 'task/*/stat', 'task/*/schedstat', 'task/*/wchan']
  return {
    kind: 'read',
    paths: processes.flatMap(({ pid }) => each.map((file) => `/proc/${pid}/${file}`)),
    at: threads > MANY_THREADS ? 'ends' : 'every',
  }
}

function last(processes: readonly TargetProcess[]): ReadRequest {
  const paths = processes.flatMap(({ pid, descriptors }) => [
    `/proc/${pid}/status`,
    `/proc/${pid}/limits`,
    ...(descriptors !== undefined && descriptors > MOST_DESCRIPTORS ? [] : [`/proc/${pid}/fd/`]),
  ])
  const tracers = new Set(processes.flatMap(({ tracer }) => tracer ?? []))
  return { kind: 'read', paths: [...paths, ...[...tracers].map((pid) => `/proc/${pid}/status`)], at: 'end' }
}
