// tiptop in batch mode over the window → instructions per cycle and cache misses of each process: who waits for memory while it looks busy.
//     PID [ %CPU] %SYS    P   Mcycle   Minstr   IPC  %MISS  %BMIS  %BUS COMMAND
//    3897   35.3  28.5    4   274.06   178.23  0.65   0.06   0.00   0.0 java
//    7140+   6.4   1.0   13        ?        ?     ?      ?      ?     ? wezterm-gui
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { noProcessorCounters } from '../../parse/processor-counters.ts'
import { columnIndex, defined, lines, row, words, type Row } from '../../parse/table.ts'

/** More no processor retires in a cycle: a counter that went backwards when a thread ended. */
const MOST_PER_CYCLE = 16

interface Work {
  readonly comm: string
  cycles: number
  instructions: number
  /** Undefined once a line did not tell it. */
  misses: number | undefined
}

export const source: Source = {
  id: 'tiptop',
  tier: 'count',
  tool: 'tiptop',
  asks: 'Which processes wait for memory while they look busy?',
  gives: ['process.ipc', 'process.cache_misses'],
  requests: (window, context) =>
    noProcessorCounters(context) ?? [
      {
        kind: 'run',
        // One after the other: refreshes that together last no longer than the window. No -c: command lines may hold secrets.
        argv: ['tiptop', '-b', '-d', delay(window.intervalMs * window.count), '-n', '3'],
        at: 'start',
        lasting: true,
        graceMs: 10_000,
      },
    ],
  parse: ([look]) => {
    const found = tasks(look?.text ?? '')
    if (!found) return unavailable('not understood', 'tiptop printed no header with PID, IPC and COMMAND')
    if (found.rows === 0) return unavailable('not understood', 'tiptop printed no line that fits its header')
    const instances = [...found.work].map(([pid, work]) => instance(pid, work))
    if (instances.length > 0) return { instances }
    return { missing: Object.fromEntries(source.gives.map((id) => [id, uncounted])) }
  },
}

const uncounted = unavailable(
  'not permitted',
  'tiptop could attach its counters to no process that ran, or was refused',
  'run as root',
)

function delay(ms: number): string {
  return (Math.max(300, ms) / 3000).toFixed(2)
}

/** Undefined when there is no header. Refreshes follow one another; the name of a command may hold spaces. */
function tasks(text: string): { readonly work: ReadonlyMap<string, Work>; readonly rows: number } | undefined {
  const work = new Map<string, Work>()
  let index: Map<string, number> | undefined
  let width = 0
  let rows = 0
  for (const line of lines(text.endsWith('\n') ? text : `${text}\n`)) {
    // Brackets mark the column the lines are sorted by.
    const cells = words(line.replace(/[[\]]/g, ' '))
    if (cells[0] === 'PID' && cells.includes('IPC') && cells.at(-1) === 'COMMAND') {
      index = columnIndex(cells)
      width = cells.length
    } else if (index && cells.length >= width) {
      const cut = [...cells.slice(0, width - 1), cells.slice(width - 1).join(' ')]
      rows += Number(add(row(index, cut), work))
    }
  }
  return index && { work, rows }
}

/** False when this is no line of a task. */
function add(task: Row, work: Map<string, Work>): boolean {
  // A plus stands for a process with several threads.
  const pid = /^(\d+)\+?$/.exec(task.text('PID') ?? '')?.[1]
  if (pid === undefined || task.number('%CPU') === undefined) return false
  const [cycles, instructions, share] = [task.number('Mcycle'), task.number('Minstr'), task.number('%MISS')]
  if (cycles === undefined || instructions === undefined || cycles <= 0 || instructions < 0) return true
  if (instructions > MOST_PER_CYCLE * cycles) return true
  const before = work.get(pid) ?? { comm: task.text('COMMAND') ?? '?', cycles: 0, instructions: 0, misses: 0 }
  work.set(pid, before)
  before.cycles += cycles
  before.instructions += instructions
  const known = share !== undefined && share >= 0 && share <= 100
  before.misses = before.misses === undefined || !known ? undefined : before.misses + share * instructions
  return true
}

function instance(pid: string, { comm, cycles, instructions, misses }: Work): Instance {
  return {
    domain: 'process',
    name: pid,
    labels: { pid, comm },
    values: defined({
      'process.ipc': instructions / cycles,
      'process.cache_misses': misses === undefined || instructions <= 0 ? undefined : misses / instructions,
    }),
  }
}
