// A question asked of tracepoints → a back end by a private Ftrace instance that logs them; its trace → histogram and rows.
//   ==> trace <==
//               dd-4211    [001] d..2. 11958.198089: sched_wakeup: comm=cat pid=7 prio=120 target_cpu=001
//   ==> per_cpu/cpu0/stats <==   entries: 1140  overrun: 0  …
import type { BackEnd, Plan } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import type { Unavailable } from '../model/unavailable.ts'
import { unavailable } from '../model/unavailable.ts'
import { files } from '../parse/files.ts'
import { LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { readLog } from './log.ts'
import { measureLog } from './measure-log.ts'
import { spoiled } from './outcome.ts'
import type { LogOptions } from './perf-log.ts'
import { filtersOf } from './question.ts'

/** Measured (domain.md 0.4): into the ring buffer, not read. */
const MICROSECONDS = 0.22
const MOST_KB = 65_536
const KB_PER_CPU = 4096

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
        lastsMs: logSeconds(plan) * 1000,
        bufferKb: bufferKb(plan),
        write: [
          ...filterWrites(filters),
          ...[...filters.keys()].map((event) => [`${folderOf(event)}/enable`, '1'] as const),
        ],
        read: ['trace', 'per_cpu/cpu*/stats'],
      },
    ],
    read: (looks, plan) => {
      const text = traceOf(looks)
      if (typeof text !== 'string') return text
      return options.read(measureLog(readLog('ftrace', text, [...filters.keys()]), options.question, plan.pid))
    },
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

/** Events that did not fit the buffer, of all CPUs. */
export function overruns(looks: readonly Observation[]): number {
  const texts = looks.flatMap(({ text }) =>
    [...files(text)].filter(([path]) => path.endsWith('stats')).map(([, stats]) => stats),
  )
  const numbers = texts.flatMap((text) => [...text.matchAll(/^(?:overrun|commit overrun|dropped events): (\d+)$/gm)])
  return numbers.reduce((total, [, n]) => total + Number(n), 0)
}
