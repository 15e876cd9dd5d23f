// What was read of the target, and what came of it → why the rest is not known: rights, the kernel, or too much of it.
import type { Instance, Value } from '../../model/metric.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import type { History } from './history.ts'

const DENIED = unavailable(
  'not permitted',
  'files of this process may be read by its owner and root only',
  'run as root',
)
const ENDED = unavailable('not measured', 'the process ended before the window did')
const THREADS = [
  'target.cpu_wait',
  'target.busiest_thread',
  'target.process.cpu_wait',
  'target.process.busiest_thread',
  'target.process.busiest_name',
]
const CHANNELS = ['target.wait_channel', 'target.process.wait_channel']
const STATUS = [
  'target.process.affinity',
  'target.process.open_files_limit',
  'target.process.traces',
  'target.process.traced',
  'target.process.held',
]
const RATES = [
  'target.cpu',
  'target.cpu_user',
  'target.cpu_system',
  'target.major_faults',
  'target.process.cpu',
  'target.io_bytes',
  ...THREADS,
]

export function missingOf(
  histories: readonly History[],
  host: Readonly<Record<string, Value>>,
  instances: readonly Instance[],
): Record<string, Unavailable> {
  const known = (id: string) => id in host || instances.some((one) => id in one.values)
  const found: Record<string, Unavailable> = {}
  const say = (ids: readonly string[], why: Unavailable) => {
    for (const id of ids) if (!known(id)) found[id] ??= why
  }
  const gone = histories.every((one) => one.stats.at(-1) === undefined)
  const statuses = histories.some((one) => one.end('status') !== undefined)
  if (gone || histories.every((one) => one.stats.filter((stat) => stat !== undefined).length < 2)) say(RATES, ENDED)
  if (histories.some((one) => !one.allThreads))
    say(
      THREADS,
      unavailable(
        'not measured',
        'its threads are too many to be read one by one',
        'name one of its processes with pid:N',
      ),
    )
  say(THREADS, unavailable('not supported', 'this kernel has no /proc/PID/schedstat'))
  say(
    CHANNELS,
    histories.some((one) => one.threads.some((thread) => thread.stats.some((stat) => stat && stat.state !== 'R')))
      ? unavailable(
          'not permitted',
          'the kernel shows no wait channel of it: only root may see it, and only of what sleeps',
          'run as root',
        )
      : unavailable('nothing to measure', 'it never slept when it was looked at'),
  )
  if (!statuses) say(['target.process.open_files'], ENDED)
  say(['target.io_bytes', 'target.process.open_files'], DENIED)
  // A process that was read and has no tracer, or no limit of descriptors, simply has no such value.
  if (statuses) say(['target.swapped'], unavailable('nothing to measure', 'it has no memory of its own'))
  else say(['target.swapped', ...STATUS], ENDED)
  return found
}
