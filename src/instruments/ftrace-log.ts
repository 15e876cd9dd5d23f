// A question asked of tracepoints → a back end by a private Ftrace instance that logs them; its trace → histogram and rows.
//   ==> trace <==
//               dd-4211    [001] d..2. 11958.198089: sched_wakeup: comm=cat pid=7 prio=120 target_cpu=001
//   ==> per_cpu/cpu0/stats <==   entries: 1140  overrun: 0  … oldest event ts: 11958.100311  …
import type { BackEnd, Plan } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import type { Unavailable } from '../model/unavailable.ts'
import { unavailable } from '../model/unavailable.ts'
import { files } from '../parse/files.ts'
import { LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { readLog } from './log.ts'
import { spoiled } from './outcome.ts'
import { measured, type LogOptions } from './perf-log.ts'
import { filtersOf } from './question.ts'
import { ringKb, sinceWhole, withSpan } from './ring.ts'

/** Measured (domain.md 0.4): into the ring buffer, not read. */
const MICROSECONDS = 0.22
const MOST_KB = 65_536
const KB_PER_CPU = 4096
/** 64 to 80 bytes each, of 6 MiB. */
const RING_EVENTS = 75_000

export function ftraceLog(options: LogOptions): BackEnd {
  const filters = filtersOf(options.question)
  return {
    id: options.id ?? 'ftrace',
    instrument: 'ftrace',
    mechanism: 'tracepoint',
    events: options.events ?? [...filters.keys()],
    microseconds: MICROSECONDS,
    mostEvents: options.mostEvents ?? LOG_MOST_EVENTS,
    acts: (plan) => [
      {
        kind: 'ftrace',
        ...(plan.armed ? { armed: true, lastsMs: plan.seconds * 1000 } : { lastsMs: logSeconds(plan) * 1000 }),
        bufferKb: plan.armed ? ringKb(plan.cpus) : bufferKb(plan),
        write: [
          // An instance begins with the options of the top one.
          ...(plan.armed ? [['options/overwrite', '1'] as const] : []),
          ...filterWrites(filters),
          ...[...filters.keys()].map((event) => [`${folderOf(event)}/enable`, '1'] as const),
        ],
        read: ['trace', 'per_cpu/cpu*/stats'],
      },
    ],
    read: (looks, plan) => {
      const text = traceOf(looks)
      if (typeof text !== 'string') return text
      const log = readLog('ftrace', text, [...filters.keys()])
      if (!plan.armed) return options.read(measured(log, options, plan))
      // Of a ring only the part in which nothing is missing.
      const whole = sinceWhole([...log], wholeSince(looks))
      return withSpan(whole, options.read(measured(whole, options, plan)))
    },
    ring: RING_EVENTS,
    lost: overruns,
  }
}

export function bufferKb({ cpus }: Plan): number {
  return Math.min(KB_PER_CPU, Math.floor(MOST_KB / cpus))
}

export function folderOf(event: string): string {
  return `events/${event.replace(':', '/')}`
}

function filterWrites(filters: ReadonlyMap<string, string | undefined>): readonly (readonly [string, string])[] {
  return [...filters].flatMap(([event, filter]) =>
    filter === undefined ? [] : [[`${folderOf(event)}/filter`, filter] as const],
  )
}

/** The kernel heads every trace with its tracer: without that line it is no trace. */
export function traceOf(looks: readonly Observation[]): string | Unavailable {
  const bad = spoiled(looks)
  if (bad) return bad
  const text = [...files(looks[0]?.text ?? '')].find(([path]) => path.endsWith('trace'))?.[1]
  return text?.includes('# tracer:') ? text : unavailable('not understood', 'what the instance gave is no trace')
}

/** Events that did not fit the buffer, of all CPUs; in a ring those that were overwritten fitted. */
export function overruns(looks: readonly Observation[], { armed }: Pick<Plan, 'armed'> = {}): number {
  const lost = armed
    ? /^(?:commit overrun|dropped events): (\d+)$/gm
    : /^(?:overrun|commit overrun|dropped events): (\d+)$/gm
  const numbers = statsOf(looks).flatMap((text) => [...text.matchAll(lost)])
  return numbers.reduce((total, [, n]) => total + Number(n), 0)
}

/** The oldest event of the CPU whose ring reaches back least, of those that were overwritten. */
function wholeSince(looks: readonly Observation[]): number | undefined {
  const oldest = statsOf(looks).flatMap((text) => {
    const overwritten = Number(/^overrun: (\d+)$/m.exec(text)?.[1] ?? 0) > 0
    const at = /^oldest event ts: *(\d+\.\d+)$/m.exec(text)?.[1]
    return overwritten && at !== undefined ? [Number(at)] : []
  })
  return oldest.length > 0 ? Math.max(...oldest) : undefined
}

function statsOf(looks: readonly Observation[]): readonly string[] {
  return looks.flatMap(({ text }) =>
    [...files(text)].filter(([path]) => path.endsWith('stats')).map(([, stats]) => stats),
  )
}
