// pidstat: its wide table of one line per active process and second → CPU, waiting, faults, I/O and switches of each process.
//   # Time        UID       PID    %usr %system  %guest   %wait    %CPU   CPU  minflt/s  majflt/s     VSZ     RSS   %MEM   kB_rd/s   kB_wr/s kB_ccwr/s iodelay   cswch/s nvcswch/s prio policy  Command
//   1795420253      0      2782    0.99    0.00    0.00    0.99    0.99     1    636.63      0.00    5004    3624   0.01   4344.55     91.09     43.56       0     12.87     27.72    0 NORMAL  bash
//   1795420253   1000      2790    0.00    0.00    0.00    0.00    0.00     0      0.00      0.00    5544    1276   0.01     -1.00     -1.00     -1.00       0     18.81      0.00    0 NORMAL  a b) R 1
import type { Instance, Value } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { cents, defined, type Row } from '../../parse/table.ts'
import { tasks, type Task } from './rows.ts'
import { intervalSeconds } from '../../parse/window.ts'

/** Rates: a process that is not listed in a second did nothing in it. Metric → its columns, added, times the scale. */
const RATES: Readonly<Record<string, readonly [columns: readonly string[], scale: number]>> = {
  'process.cpu': [['%CPU'], 1],
  'process.cpu_user': [['%usr', '%guest'], 1],
  'process.cpu_system': [['%system'], 1],
  'process.cpu_wait': [['%wait'], 1],
  'process.read_bytes': [['kB_rd/s'], 1024],
  'process.write_bytes': [['kB_wr/s'], 1024],
  'process.io_bytes': [['kB_rd/s', 'kB_wr/s'], 1024],
  'process.major_faults': [['majflt/s'], 1],
  'process.minor_faults': [['minflt/s'], 1],
  'process.voluntary_switches': [['cswch/s'], 1],
  'process.involuntary_switches': [['nvcswch/s'], 1],
}
const REALTIME = new Map([
  ['NORMAL', 0],
  ['BATCH', 0],
  ['ISO', 0],
  ['IDLE', 0],
  ['FIFO', 1],
  ['RR', 1],
  ['DEADLN', 1],
])
const NUMBERS = [...new Set(Object.values(RATES).flatMap(([columns]) => columns)), 'VSZ', 'RSS']

export const source: Source = {
  id: 'pidstat',
  tier: 'run',
  tool: 'pidstat',
  asks: 'Which processes use or wait for CPU, memory and storage?',
  gives: [...Object.keys(RATES), 'process.realtime', 'process.kernel', 'process.comm'],
  requests: (window, context) => {
    const seconds = intervalSeconds(window)
    // Among thousands of processes one sample costs more than all the rest of a run: the engine's own reader is asked alone then.
    if (context.processes > 1000)
      return unavailable('not measured', 'among more than 1,000 processes pidstat itself would be the load')
    const samples = [seconds, window.count]
    // -H gives seconds since the epoch in place of a clock time, -h one line per process. Without -l: the arguments may hold secrets.
    return [
      {
        kind: 'run',
        argv: ['pidstat', '-u', '-r', '-d', '-w', '-R', '-H', '-h', ...samples.map(String)],
        at: 'start',
        lasting: true,
        graceMs: 6000,
      },
    ]
  },
  parse: ([look]) => {
    const found = tasks(look?.text ?? '', NUMBERS)
    if (!found) return unavailable('not understood', 'pidstat printed no header with PID and Command')
    if (found.tasks.length === 0 && found.dropped > 0)
      return unavailable('not understood', 'pidstat printed no line that fits its header')
    const instances = found.tasks.map(instance)
    const missing = absent(found.columns, instances)
    return Object.keys(missing).length > 0 ? { instances, missing } : { instances }
  },
}

function instance(task: Task): Instance {
  const rows = task.rows.filter((row) => row !== undefined)
  const values: Record<string, Value | undefined> = {}
  for (const [id, [columns, scale]] of Object.entries(RATES)) values[id] = rate(task.rows, columns, scale)
  return {
    domain: 'process',
    name: task.pid,
    labels: { pid: task.pid, comm: task.comm },
    values: defined({
      ...values,
      'process.realtime': REALTIME.get(rows.at(-1)?.text('policy') ?? ''),
      'process.kernel': kernel(rows),
      'process.comm': task.comm,
    }),
  }
}

function rate(rows: readonly (Row | undefined)[], columns: readonly string[], scale: number): number[] | undefined {
  const values: number[] = []
  for (const row of rows) {
    let total = 0
    if (row) for (const column of columns) total += row.number(column) ?? NaN
    // -1.00 stands for what may not be read: then the process has no such series.
    if (!(total >= 0)) return undefined
    values.push(cents(total * scale))
  }
  return values.length > 0 ? values : undefined
}

/** Kernel threads have no address space. An ended process has none either, but it had to touch memory before. */
function kernel(rows: readonly Row[]): number | undefined {
  const spaces = rate(rows, ['VSZ'], 1)
  const faults = rate(rows, ['minflt/s', 'majflt/s'], 1)
  if (!spaces || !faults) return undefined
  return Number(spaces.every((space) => space === 0) && faults.every((fault) => fault === 0))
}

function absent(columns: ReadonlySet<string>, instances: readonly Instance[]): Record<string, Unavailable> {
  const missing: Record<string, Unavailable> = {}
  if (instances.length === 0) return missing
  for (const [id, [needed]] of Object.entries(RATES)) {
    const lacking = needed.find((column) => !columns.has(column))
    if (lacking !== undefined) missing[id] = unavailable('not supported', `this pidstat has no column ${lacking}`)
    else if (!instances.some((found) => id in found.values))
      missing[id] = unavailable('not permitted', 'pidstat may not read the I/O of any process', 'Run as root')
  }
  return missing
}
