// sar: its tables of interfaces and TCP, one of each per second → traffic, errors and drops of each interface, TCP rates and failures.
//   07:50:56        IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxcmp/s   txcmp/s  rxmcst/s   %ifutil
//   07:50:57         eth0    383.00    348.00   9621.55     25.48      0.00      0.00      0.00      0.00
//   07:50:57 AM     active/s passive/s    iseg/s    oseg/s           (where the clock has twelve hours)
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { utilization } from '../../parse/interface.ts'
import { lacking } from '../../parse/lacking.ts'
import { textRows } from '../../parse/sysstat-text.ts'
import { defined, type Row } from '../../parse/table.ts'
import { intervalSeconds } from '../../parse/window.ts'

/** One of each table that is asked for. */
const RATES = ['rxkB/s', 'rxerr/s', 'active/s', 'retrans/s']

const EACH = [
  'interface.rx_bytes',
  'interface.tx_bytes',
  'interface.rx_packets',
  'interface.tx_packets',
  'interface.errors',
  'interface.rx_dropped',
  'interface.tx_dropped',
]

export const source: Source = {
  id: 'sar',
  tier: 'run',
  tool: 'sar',
  asks: 'What do the interfaces carry and lose, and how does TCP fare?',
  gives: [
    ...EACH,
    'interface.utilization',
    'tcp.active_opens',
    'tcp.passive_opens',
    'tcp.segments_in',
    'tcp.segments_out',
    'tcp.retransmits',
    'tcp.attempt_fails',
    'tcp.resets_received',
    'tcp.resets_sent',
    'tcp.segment_errors',
  ],
  requests: (window) => [
    {
      kind: 'run',
      argv: ['sar', '-n', 'DEV,EDEV,TCP,ETCP', String(intervalSeconds(window)), String(window.count)],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look], { window, context }) => {
    const rows = textRows(look?.text ?? '', { stamped: true, isHeader })
    if (rows.length === 0) return unavailable('not understood', 'sar printed no header with a row below it')
    // A locale with a decimal comma.
    if (!rows.some((found) => RATES.some((rate) => found.number(rate) !== undefined)))
      return unavailable('not understood', 'sar printed rows without one rate of the form 0.00')
    const every = intervalSeconds(window)
    const interfaces = new Map<string, Row[]>()
    for (const found of rows) {
      const name = found.text('IFACE')
      if (name === undefined) continue
      const own = interfaces.get(name)
      if (own) own.push(found)
      else interfaces.set(name, [found])
    }
    const instances = [...interfaces].map(([name, own]) => instance(name, own, every, context))
    const missing: Record<string, Unavailable> = {
      ...lacking('sar', EACH, instances),
      ...(instances.some((found) => 'interface.utilization' in found.values)
        ? {}
        : { 'interface.utilization': unavailable('not supported', 'no interface here reports its link speed') }),
    }
    return {
      host: defined({
        'tcp.active_opens': mean(column(rows, 'active/s')),
        'tcp.passive_opens': mean(column(rows, 'passive/s')),
        'tcp.segments_in': mean(column(rows, 'iseg/s')),
        'tcp.segments_out': mean(column(rows, 'oseg/s')),
        'tcp.retransmits': mean(column(rows, 'retrans/s')),
        'tcp.attempt_fails': count(column(rows, 'atmptf/s'), every),
        'tcp.resets_received': count(column(rows, 'estres/s'), every),
        'tcp.resets_sent': count(column(rows, 'orsts/s'), every),
        'tcp.segment_errors': count(column(rows, 'isegerr/s'), every),
      }),
      instances,
      ...(Object.keys(missing).length > 0 ? { missing } : {}),
    }
  },
}

function instance(name: string, rows: readonly Row[], every: number, context: Context): Instance {
  const received = column(rows, 'rxkB/s', 1024)
  const sent = column(rows, 'txkB/s', 1024)
  const errors = [column(rows, 'rxerr/s'), column(rows, 'txerr/s')]
  return {
    domain: 'interface',
    name,
    values: defined({
      'interface.rx_bytes': received,
      'interface.tx_bytes': sent,
      'interface.rx_packets': column(rows, 'rxpck/s'),
      'interface.tx_packets': column(rows, 'txpck/s'),
      // %ifutil is 0.00 where the speed is unknown, so it cannot be believed.
      'interface.utilization': utilization(name, received, sent, context),
      'interface.errors': errors.every((values) => values !== undefined) ? count(errors.flat(), every) : undefined,
      // From /proc/net/dev, which adds what the device missed for lack of ring space to what was dropped.
      'interface.rx_dropped': count(column(rows, 'rxdrop/s'), every),
      'interface.tx_dropped': count(column(rows, 'txdrop/s'), every),
    }),
  }
}

/** No interface is named like a rate: a slash cannot be in its name. */
function isHeader(cells: readonly string[]): boolean {
  return cells.some((cell) => cell.endsWith('/s'))
}

/** A column over the rows that have it; undefined when none has it or any cell is not a number. */
function column(rows: readonly Row[], name: string, scale = 1): number[] | undefined {
  const cells = rows.filter((found) => found.text(name) !== undefined).map((found) => found.number(name))
  const values = cells.filter((value) => value !== undefined && value >= 0)
  return values.length > 0 && values.length === cells.length
    ? values.map((value) => Number(((value ?? 0) * scale).toPrecision(12)))
    : undefined
}

function mean(values: readonly number[] | undefined): number | undefined {
  return values && values.reduce((total, value) => total + value, 0) / values.length
}

/** Rates of intervals of so many seconds → events. sar rounds to two digits, events are whole. */
function count(values: readonly number[] | undefined, every: number): number | undefined {
  return values && Math.round(values.reduce((total, value) => total + value * every, 0))
}
