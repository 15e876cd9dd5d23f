// A question asked of tracepoints → a back end by perf record and perf script; its log → histogram and rows.
//             perf 23395/23395 [000] 11956.760024:     sched:sched_wakeup: comm=migration/0 pid=18 prio=0 target_cpu=000
//   PERF_RECORD_LOST lost 4
import type { BackEnd, Plan, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { LOG_CAP, LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { readLog, type LogFormat } from './log.ts'
import type { LogEvent } from './log-event.ts'
import { measureLog } from './measure-log.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import { filtersOf, type Question } from './question.ts'
import type { Reader } from './reading.ts'

export interface LogOptions {
  readonly id?: string
  readonly question: Question
  /** Default: the tracepoints of the question, each once. With the fields it needs: `block:block_rq_issue(dev,sector)`. */
  readonly events?: readonly string[]
  readonly mostEvents?: number
  /** What is made of the log. Default: what the question says. `pid`: only what is about this process. */
  readonly measure?: (log: Iterable<LogEvent>, pid?: number) => Measured
  /** perf alone: events of its own (`major-faults`) are sampled unless each is asked for; tracepoints never are. */
  readonly each?: true
  readonly read: Reader
}

/** Measured (domain.md 0.4): 0.94 µs to copy an event out, half of it again to write it. */
const MICROSECONDS = 1.4
/** What perf does before it records and after: 0.3 s here, seconds where the CPU is emulated. */
const GRACE_MS = 15_000

const FIELDS = 'trace:comm,pid,tid,cpu,time,event,trace'
const OWN_FIELDS = 'sw:comm,pid,tid,cpu,time,event'

export function perfLog(options: LogOptions): BackEnd {
  const filters = filtersOf(options.question)
  return {
    id: options.id ?? 'perf',
    instrument: 'perf',
    mechanism: 'tracepoint',
    tools: ['perf'],
    events: options.events ?? [...filters.keys()],
    microseconds: MICROSECONDS,
    mostEvents: options.mostEvents ?? LOG_MOST_EVENTS,
    acts: (plan, tool) => [
      recordAct([...(options.each ? ['-c', '1'] : []), ...eventArgs(filters), '-a'], plan, tool),
      scriptAct(options.each ? [FIELDS, OWN_FIELDS] : [FIELDS], tool),
    ],
    read: (looks, plan) => {
      const bad = spoiled(looks, 2)
      if (bad) return bad
      const log = understood('perf', looks[1]?.text ?? '', [...filters.keys()])
      return 'unavailable' in log ? log : options.read(measured(log, options, plan))
    },
    lost: lostRecords,
  }
}

export function measured(log: Iterable<LogEvent>, { measure, question }: LogOptions, { pid }: Plan): Measured {
  return measure ? measure(log, pid) : measureLog(log, question, pid)
}

/** No lines are no events; lines of which none is an event are something else. */
export function understood(
  format: LogFormat,
  text: string,
  events: readonly string[],
): readonly LogEvent[] | Unavailable {
  const log = [...readLog(format, text, events)]
  return log.length === 0 && /^(?! *PERF_RECORD|.*PERF_RECORD_LOST).*\S/m.test(text)
    ? unavailable('not understood', 'the log that was recorded has no line that is an event')
    : log
}

function eventArgs(filters: ReadonlyMap<string, string | undefined>): readonly string[] {
  return [...filters].flatMap(([event, filter]) => ['-e', event, ...(filter === undefined ? [] : ['--filter', filter])])
}

/** `events` with whom they are recorded of: -a or -p. -N -B: no build ids are looked for and none are put into a cache in somebody's home. */
export function recordAct(events: readonly string[], plan: Plan, tool: string): RunAct {
  const seconds = logSeconds(plan)
  return {
    kind: 'run',
    argv: [tool, 'record', '-q', '-N', '-B', ...events, '-o', '{scratch}/perf.data', '--', 'sleep', String(seconds)],
    lastsMs: seconds * 1000,
    graceMs: GRACE_MS,
    tracing: true,
  }
}

export function scriptAct(fields: readonly string[], tool: string): RunAct {
  return {
    kind: 'run',
    argv: [tool, 'script', '--show-lost-events', '-i', '{scratch}/perf.data', ...fields.flatMap((one) => ['-F', one])],
    lastsMs: 0,
    graceMs: 2 * GRACE_MS,
    tracing: false,
    cap: LOG_CAP,
  }
}

export function lostRecords(looks: readonly Observation[]): number {
  return looks
    .flatMap(({ text }) => [...text.matchAll(/PERF_RECORD_LOST(?:_SAMPLES)? lost (\d+)/g)])
    .reduce((total, [, lost]) => total + Number(lost), 0)
}
