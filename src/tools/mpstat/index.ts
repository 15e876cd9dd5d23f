// mpstat: its JSON, or its text before 11.5, of one list of CPUs per second → where the time of each CPU goes, the busiest CPU, the interrupt shares.
//   {"sysstat": {"hosts": [{…, "statistics": [{"timestamp": "07:50:51", "cpu-load": [
//     {"cpu": "all", "usr": 46.46, "nice": 0.00, "sys": 9.09, "iowait": 0.51, "irq": 0.00, "soft": 0.00, "steal": 0.00, "guest": 0.00, "gnice": 0.00, "idle": 43.94},
//     {"cpu": "0", "usr": 20.41, "nice": 0.00, "sys": 6.12, "iowait": 0.00, "irq": 0.00, "soft": 0.00, "steal": 0.00, "guest": 0.00, "gnice": 0.00, "idle": 73.47}
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { lacking } from '../../parse/lacking.ts'
import { byName, samples, total, type Entry, type Printed } from '../../parse/sysstat.ts'
import { cents, defined } from '../../parse/table.ts'
import { extremes } from '../proc_stat/index.ts'
import { intervalSeconds } from '../../parse/window.ts'

const STATES = ['usr', 'nice', 'sys', 'iowait', 'irq', 'soft', 'steal', 'guest', 'gnice', 'idle']
const PRINTED: Printed = {
  tool: 'mpstat',
  list: 'cpu-load',
  key: 'cpu',
  column: 'CPU',
  known: STATES.map((state) => `%${state}`),
  stamped: true,
}

const EACH = [
  'cpu.one.utilization',
  'cpu.one.user',
  'cpu.one.system',
  'cpu.one.softirq',
  'cpu.one.irq',
  'cpu.one.iowait',
  'cpu.one.steal',
]

export const source: Source = {
  id: 'mpstat',
  tier: 'run',
  tool: 'mpstat',
  asks: 'Is one CPU hot while others idle, and do interrupts or guests use them?',
  gives: ['cpu.softirq', 'cpu.guest', 'cpu.busiest', 'cpu.others', 'cpu.busiest_softirq', ...EACH],
  requests: (window) => [
    {
      kind: 'run',
      argv: ['mpstat', '-P', 'ALL', '-o', 'JSON', String(intervalSeconds(window)), String(window.count)],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look]) => {
    const found = samples(look?.text ?? '', PRINTED)
    if (isUnavailable(found)) return found
    const cpus = byName(found.map((entries) => entries.filter(online)))
    const all = cpus.get('all')
    if (!all) return unavailable('not understood', 'mpstat printed no line for all CPUs')
    // A CPU that was not online for the whole window would shift the samples of the others against each other.
    const each = [...cpus].filter(([name, entries]) => /^\d+$/.test(name) && entries.length === found.length)
    const shares = each.flatMap(([, entries]) => {
      const share = {
        busy: series(entries, busy),
        irq: series(entries, of('irq')),
        softirq: series(entries, of('soft')),
      }
      return share.busy && share.irq && share.softirq
        ? [{ busy: share.busy, irq: share.irq, softirq: share.softirq }]
        : []
    })
    const instances = each.map(([name, entries]) => instance(name, entries))
    const missing = lacking('mpstat', EACH, instances)
    return {
      host: defined({
        'cpu.softirq': series(all, of('soft')),
        'cpu.guest': series(all, (entry) => total(entry, ['guest', 'gnice'])),
        ...extremes(shares),
      }),
      instances,
      ...(Object.keys(missing).length > 0 ? { missing } : {}),
    }
  },
}

function instance(name: string, entries: readonly Entry[]): Instance {
  return {
    domain: 'cpu',
    name,
    values: defined({
      'cpu.one.utilization': series(entries, busy),
      'cpu.one.user': series(entries, user),
      'cpu.one.system': series(entries, of('sys')),
      'cpu.one.softirq': series(entries, of('soft')),
      'cpu.one.irq': series(entries, of('irq')),
      'cpu.one.iowait': series(entries, of('iowait')),
      'cpu.one.steal': series(entries, of('steal')),
    }),
  }
}

const of = (key: string) => (entry: Entry) => entry.number(key)

/** mpstat prints two digits: sums of them have no more. It takes guest time out of usr and nice; /proc/stat and the metric leave it in. */
function user(entry: Entry): number | undefined {
  const own = total(entry, ['usr', 'nice'])
  return own === undefined ? undefined : cents(own + (entry.number('guest') ?? 0) + (entry.number('gnice') ?? 0))
}

/** Busy is what is neither idle nor waiting for I/O; steal was wanted but not had, so it is not busy either. */
function busy(entry: Entry): number | undefined {
  const rest = total(entry, ['idle', 'iowait', 'steal'])
  return rest === undefined ? undefined : Math.max(0, cents(100 - rest))
}

/** An offline CPU is printed as all zeros by some versions: not even idle. */
function online(entry: Entry): boolean {
  return STATES.some((state) => (entry.number(state) ?? 0) > 0)
}

/** One number per sample, or undefined when any sample lacks it. */
function series(entries: readonly Entry[], get: (entry: Entry) => number | undefined): number[] | undefined {
  const values: number[] = []
  for (const entry of entries) {
    const value = get(entry)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values.length > 0 ? values : undefined
}
