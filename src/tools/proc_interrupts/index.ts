// /proc/interrupts and /proc/softirqs at both ends → interrupts per second by kind, and the busiest device line with the CPU that serves it.
//              CPU0       CPU1
//    36:          0     925152 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0
//   TLB:     769748    1045549   TLB shootdowns
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { busiest, grown, matrix, totalOf, type Matrix } from './matrix.ts'

const HARD = '/proc/interrupts'
const SOFT = '/proc/softirqs'

/** Lines counted per second; several are added. */
const RATES: Readonly<Record<string, readonly string[]>> = {
  'interrupt.timer': ['LOC'],
  'interrupt.reschedule': ['RES'],
  'interrupt.function_call': ['CAL'],
  'interrupt.tlb': ['TLB'],
}
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  'interrupt.thermal': ['TRM'],
  'interrupt.machine_check': ['MCE', 'DFR'],
  'interrupt.spurious': ['SPU', 'ERR', 'MIS'],
}
const SOFT_RATES: Readonly<Record<string, readonly string[]>> = {
  'softirq.net_rx': ['NET_RX'],
  'softirq.net_tx': ['NET_TX'],
  'softirq.block': ['BLOCK'],
  'softirq.timer': ['TIMER', 'HRTIMER'],
  'softirq.tasklet': ['TASKLET'],
  'softirq.rcu': ['RCU'],
}
const OF_LINE = ['interrupt.busiest', 'interrupt.busiest_rate', 'interrupt.busiest_cpu', 'interrupt.busiest_share']

export const source: Source = {
  id: 'proc_interrupts',
  tier: 'read',
  asks: 'Which interrupts come how often, and does one CPU serve them all?',
  gives: [
    'interrupt.device',
    ...Object.keys(RATES),
    ...Object.keys(COUNTS),
    ...OF_LINE,
    ...Object.keys(SOFT_RATES),
    'softirq.net_rx_share',
  ],
  requests: () => [{ kind: 'read', paths: [HARD, SOFT], at: 'ends' }],
  parse: (looks) => {
    const seconds = ((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
    const hard = between(looks, HARD)
    const soft = between(looks, SOFT)
    if (seconds <= 0 || (!hard && !soft))
      return unavailable('not understood', `neither ${HARD} nor ${SOFT} has a table of CPUs in two reads`)
    const each = (of: typeof RATES, found: Matrix | undefined, per: number) =>
      Object.fromEntries(
        Object.entries(of).flatMap(([id, names]) => {
          const total = found && totalOf(found, names)
          return total === undefined ? [] : [[id, total / per]]
        }),
      )
    const lines = [...(hard?.keys() ?? [])].filter((name) => /^\d+$/.test(name))
    const line = hard && busiest(hard, lines)
    const receive = soft && busiest(soft, ['NET_RX'])
    const host = defined<string | number>({
      'interrupt.device': hard && lines.length > 0 ? (totalOf(hard, lines) ?? 0) / seconds : undefined,
      ...each(RATES, hard, seconds),
      ...each(COUNTS, hard, 1),
      'interrupt.busiest': line && `${line.name} ${line.label}`.trim(),
      'interrupt.busiest_rate': line && line.total / seconds,
      'interrupt.busiest_cpu': line?.cpu,
      'interrupt.busiest_share': line?.share,
      ...each(SOFT_RATES, soft, seconds),
      'softirq.net_rx_share': receive?.share,
    })
    return { host, missing: reasons(host, hard, soft) }
  },
}

function between(looks: readonly Observation[], path: string): Matrix | undefined {
  const [before, after] = [looks[0], looks.at(-1)].map((look) => matrix(files(look?.text ?? '').get(path) ?? ''))
  return before && after && looks.length > 1 ? grown(before, after) : undefined
}

function reasons(host: Readonly<Record<string, unknown>>, hard: Matrix | undefined, soft: Matrix | undefined) {
  return Object.fromEntries(
    source.gives
      .filter((id) => !(id in host))
      .map((id) => {
        const file = id.startsWith('softirq') ? SOFT : HARD
        if ((file === SOFT ? soft : hard) === undefined)
          return [id, unavailable('not understood', `${file} has no table of CPUs in two reads`)]
        return OF_LINE.includes(id) || id === 'softirq.net_rx_share'
          ? [id, unavailable('nothing to measure', 'no such interrupt came in the window')]
          : [id, unavailable('not supported', `${file} of this machine has no such line`)]
      }),
  )
}
