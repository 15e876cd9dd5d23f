// A function of a program → a back end by uprobe events of a private Ftrace instance, and how often it is called, counted there for a moment.
//   uprobe_events:  p:{id}/in /proc/4242/exe:0x1159      r:{id}/out /proc/4242/exe:0x1159
//          pricing-4242  [000] DBZff 15770.808570: out: (0x564ea81281f2 <- 0x564ea8128159)
//   4242              ps -L: threads of the process; the kernel stops everybody who runs the same file
import { distributionOf } from '../model/distribution.ts'
import { mergedRows, type Row } from '../model/tally.ts'
import type { BackEnd, FtraceAct, Plan, Preflight, ProgramFunction, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { unavailable } from '../model/unavailable.ts'
import { files } from '../parse/files.ts'
import { askedAfter } from './asked-after.ts'
import { bufferKb, overruns, traceOf } from './ftrace-log.ts'
import { LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { readLog } from './log.ts'
import type { LogEvent } from './log-event.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'

const IN = '{id}:in'
const OUT = '{id}:out'

/** Measured here (a guest without kprobes): the entry and the return are traps, 6 µs each, whoever looks at them. */
export const CALL_MICROSECONDS = 12
const COUNTED_MS = 300

/** The path is the kernel's own link and the place a number: nothing of it is anybody's text. */
export function placeOf({ pid = 0, function: found }: Plan): {
  readonly path: string
  readonly function: ProgramFunction
} {
  return { path: `/proc/${pid}/exe`, function: found ?? { name: '', address: 0, offset: 0 } }
}

export function hexadecimal(number: number): string {
  return `0x${number.toString(16)}`
}

function defined(plan: Plan, kinds: readonly ('p' | 'r')[]): NonNullable<FtraceAct['define']> {
  const { path, function: found } = placeOf(plan)
  return kinds.map((kind) => {
    const name = kind === 'p' ? '{id}/in' : '{id}/out'
    return { file: 'uprobe_events', line: `${kind}:${name} ${path}:${hexadecimal(found.offset)}`, name }
  })
}

function threadsAct({ pid = 0 }: Plan): RunAct {
  return askedAfter(['ps', '-ww', '-L', '-p', String(pid), '-o', 'lwp='])
}

export function ftraceFunction({ read }: { readonly read: Reader }): BackEnd {
  return {
    id: 'ftrace',
    instrument: 'ftrace',
    mechanism: 'uprobe',
    events: [],
    microseconds: CALL_MICROSECONDS,
    mostEvents: LOG_MOST_EVENTS,
    acts: (plan) => [
      {
        kind: 'ftrace',
        lastsMs: logSeconds(plan) * 1000,
        bufferKb: bufferKb(plan),
        define: defined(plan, ['p', 'r']),
        // The return first: a call that began is not missed for want of it.
        write: [
          ['events/{id}/out/enable', '1'],
          ['events/{id}/in/enable', '1'],
        ],
        read: ['trace', 'per_cpu/cpu*/stats'],
      },
      threadsAct(plan),
    ],
    read: (looks) => {
      const bad = spoiled(looks, 2)
      if (bad) return bad
      const text = traceOf(looks)
      if (typeof text !== 'string') return text
      const threads = new Set((looks[1]?.text ?? '').split('\n').flatMap((line) => /^ *(\d+) *$/.exec(line)?.[1] ?? []))
      if (threads.size === 0) return unavailable('not measured', 'the process has ended, its threads are not known')
      const log = [...readLog('ftrace', text, [IN, OUT])].filter(({ pid }) => threads.has(String(pid)))
      return read(callsIn(log))
    },
    lost: overruns,
  }
}

/** A return ends the call its thread began last: a function may call itself. */
function callsIn(log: readonly LogEvent[]): Measured {
  const begun = new Map<number, number[]>()
  const rows: Row[] = []
  for (const { event, pid, comm, seconds: at } of log) {
    const open = begun.get(pid) ?? []
    begun.set(pid, open)
    if (event === IN) open.push(at)
    const from = event === OUT ? open.pop() : undefined
    if (from !== undefined) rows.push({ labels: { thread: String(pid), comm }, count: 1, seconds: at - from })
  }
  const times = rows.map(({ seconds = 0 }) => seconds)
  return { histogram: distributionOf(times, 1e-6), rows: mergedRows(rows) }
}

/** Its calls in three tenths of a second, by all that run the file: what did not fit the buffer was counted, too. */
export const callRate: Preflight = {
  act: (plan) => ({
    kind: 'ftrace',
    lastsMs: COUNTED_MS,
    bufferKb: 64,
    define: defined(plan, ['p']),
    write: [['events/{id}/in/enable', '1']],
    read: ['per_cpu/cpu*/stats'],
  }),
  rate: ({ text }: Observation) => {
    const counts = [...files(text).values()].flatMap((stats) => [
      ...stats.matchAll(/^(?:entries|overrun): (\d{1,15})$/gm),
    ])
    return counts.length === 0 ? undefined : (counts.reduce((sum, [, n]) => sum + Number(n), 0) * 1000) / COUNTED_MS
  },
}
