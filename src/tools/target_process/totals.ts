// Histories of all processes of the target → its metrics as a whole: sums where they add up, the worst thread where they do not.
import type { Context } from '../../model/context.ts'
import type { Value } from '../../model/metric.ts'
import type { Target } from '../../model/target.ts'
import { keyed } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import type { History } from './history.ts'
import { channelsOf, combined, perSecond, running, shareIn, waiting } from './series.ts'

/** Worst first: one stopped process of ten is what the other nine wait for. */
const STATES: readonly (readonly [string, string])[] = [
  ['T', 'stopped by a signal'],
  ['t', 'stopped by a tracer'],
  ['D', 'uninterruptible sleep'],
  ['Z', 'dead'],
  ['R', 'running or waiting for a CPU'],
  ['S', 'asleep'],
  ['I', 'idle'],
  ['P', 'parked'],
]

export function totals(
  histories: readonly History[],
  target: Target,
  { ticks, pageSize }: Context,
): Record<string, Value> {
  const perProcess = (of: (one: History) => readonly (number | undefined)[]) =>
    combined(
      histories.map((one) => perSecond(of(one), one.atMs)),
      'sum',
    )
  const used = (field: 'user' | 'system') =>
    perProcess(({ stats }) => stats.map((stat) => stat?.[field]))?.map((value) => (100 * value) / ticks)
  const [user, system] = [used('user'), used('system')]
  const threads = histories.flatMap((one) => one.threads.map((thread) => ({ one, thread })))
  const complete = histories.every((one) => one.allThreads)
  const swapped = histories.map((one) => keyed(one.end('status') ?? '').get('VmSwap'))
  return defined<Value>({
    'target.name': target.name,
    'target.processes': target.total,
    'target.threads': histories.reduce(
      (sum, one) => sum + (one.stats.findLast((stat) => stat !== undefined)?.threads ?? 0),
      0,
    ),
    'target.state': stateOf(histories),
    'target.cpu':
      user && system && user.length === system.length ? user.map((value, i) => value + (system[i] ?? 0)) : undefined,
    'target.cpu_user': user,
    'target.cpu_system': system,
    'target.cpu_wait': complete
      ? combined(
          threads.map(({ one, thread }) => waiting(thread, one)),
          'max',
        )
      : undefined,
    'target.busiest_thread': complete
      ? combined(
          threads.map(({ one, thread }) => running(thread, one, ticks)),
          'max',
        )
      : undefined,
    'target.uninterruptible': Math.max(...histories.map((one) => shareIn(one, 'D'))),
    'target.wait_channel': channelsOf(histories)[0],
    'target.io_bytes': perProcess(({ io }) => io),
    'target.major_faults': perProcess(({ stats }) => stats.map((stat) => stat?.majorFaults)),
    'target.rss': combined(
      histories.map(({ stats }) => stats.map((stat) => stat && stat.residentPages * pageSize)),
      'sum',
    ),
    // A kernel thread has no memory and no such line.
    'target.swapped': swapped.some((value) => value !== undefined)
      ? swapped.reduce<number>((sum, value) => sum + (value ?? 0), 0)
      : undefined,
  })
}

function stateOf(histories: readonly History[]): string | undefined {
  const last = histories.flatMap(({ threads }) =>
    threads.flatMap((thread) => thread.stats.findLast((stat) => stat !== undefined)?.state ?? []),
  )
  const [letter, word] = STATES.find(([state]) => last.includes(state)) ?? []
  return letter === undefined ? last[0] : `${letter} (${word ?? ''})`
}
