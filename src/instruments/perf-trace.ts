// perf trace -s: a table of system calls for each thread → a back end; its tables → rows by thread and call, with names and errors.
//    slowfs (9800), 9375 events, 43.1%
//      syscall            calls  errors  total       min       avg       max       stddev
//      read                 782      0   203.492     0.000     0.260    15.367     16.06%
import type { BackEnd } from '../model/probe.ts'
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'

const MILLISECOND = 1e-3
const THREAD = /^ (\S.{0,15}) \((\d+)\), \d+ events?, [\d.]+%$/
const HEADER = /^ +syscall +calls /
const BEGUN = /Summary of events/

/** Unlike perf record it leaves itself out: a record of all system calls is full of its own writes. */
export function perfTrace(options: { readonly events: readonly string[]; readonly read: Reader }): BackEnd {
  return {
    id: 'perf',
    instrument: 'perf',
    mechanism: 'tracepoint',
    tools: ['perf'],
    events: options.events,
    // Of a call: its beginning, its end, and what reads them.
    microseconds: 3,
    mostEvents: 20_000,
    acts: ({ seconds, pid }, tool) => [
      {
        kind: 'run',
        argv: [
          tool,
          'trace',
          '-s',
          ...(pid === undefined ? ['-a'] : ['-p', String(pid)]),
          '-o',
          '{scratch}/summary',
          '--',
          'sleep',
          String(seconds),
        ],
        lastsMs: seconds * 1000,
        tracing: true,
      },
      { kind: 'run', argv: ['cat', '{scratch}/summary'], lastsMs: 0, tracing: false },
    ],
    read: (looks) => {
      const found = spoiled(looks, 2) ?? readSummary(looks[1]?.text ?? '')
      return 'unavailable' in found ? found : options.read(found)
    },
    lost: (looks) =>
      [...(looks[1]?.text ?? '').matchAll(/LOST (\d+) events/g)].reduce((sum, [, n]) => sum + Number(n), 0),
  }
}

export function readSummary(text: string): Measured | Unavailable {
  if (!BEGUN.test(text)) return unavailable('not understood', 'perf trace printed no summary')
  const rows: Row[] = []
  let thread: { readonly pid: string; readonly comm: string } | undefined
  let columns: readonly string[] = []
  for (const line of text.split('\n')) {
    const [, comm, pid] = THREAD.exec(line) ?? []
    if (comm !== undefined && pid !== undefined) {
      thread = { pid, comm }
      columns = []
    } else if (HEADER.test(line)) columns = line.trim().split(/\s+/)
    else if (thread && columns.length > 0) {
      const row = rowOf(line.trim().split(/\s+/), columns, thread)
      if (row) rows.push(row)
    }
  }
  return { rows }
}

/** Undefined for rules, units and empty lines. */
function rowOf(
  cells: readonly string[],
  columns: readonly string[],
  { pid, comm }: { readonly pid: string; readonly comm: string },
): Row | undefined {
  const cell = (name: string) => Number(cells[columns.indexOf(name)])
  const calls = cell('calls')
  const total = cell('total')
  const name = cells[0] ?? ''
  const sound =
    cells.length >= columns.length - 1 &&
    /^[a-z_]\w*$/.test(name) &&
    Number.isSafeInteger(calls) &&
    calls > 0 &&
    total >= 0 &&
    total < 1e9
  return sound ? { labels: { pid, syscall: name, comm }, count: calls, seconds: total * MILLISECOND } : undefined
}
