// Counters of interfaces, by their names under /sys/class/net/*/statistics, at both ends of the window → interface.* instances.
import type { Instance } from '../../model/metric.ts'
import { increase } from '../../parse/counters.ts'
import { defined } from '../../parse/table.ts'

export const gives: readonly string[] = [
  'interface.errors',
  'interface.rx_dropped',
  'interface.tx_dropped',
  'interface.rx_missed',
  'interface.carrier_changes',
]

export interface Link {
  readonly name: string
  /** Tells an interface from a later one of the same name, whose counters began at 0. */
  readonly index: number | undefined
  readonly counters: ReadonlyMap<string, number>
}

const RX_KINDS = ['rx_crc_errors', 'rx_frame_errors', 'rx_length_errors', 'rx_over_errors', 'rx_fifo_errors']
const TX_KINDS = ['tx_carrier_errors', 'tx_aborted_errors', 'tx_fifo_errors', 'tx_heartbeat_errors', 'tx_window_errors']

export const COUNTERS: readonly string[] = [
  'rx_errors',
  ...RX_KINDS,
  'rx_dropped',
  'rx_missed_errors',
  'tx_errors',
  ...TX_KINDS,
  'tx_dropped',
]

/** Only interfaces that were there at both ends have an increase; one that came or went has none. */
export function instances(looks: readonly (readonly Link[])[]): Instance[] {
  const key = (link: Link) => `${link.index} ${link.name}`
  const byKey = looks.map((look) => new Map(look.map((link) => [key(link), link.counters])))
  return (looks.at(-1) ?? []).flatMap((link) => {
    const seen = byKey.map((look) => look.get(key(link)))
    const grown = (counter: string) => increase(seen.map((counters) => counters?.get(counter)))
    const values = defined({
      'interface.errors': errors(grown),
      'interface.rx_dropped': grown('rx_dropped'),
      'interface.tx_dropped': grown('tx_dropped'),
      'interface.rx_missed': grown('rx_missed_errors'),
      'interface.carrier_changes': grown('carrier_changes'),
    })
    if (Object.keys(values).length === 0) return []
    return [{ domain: 'interface', name: link.name, labels: { interface: link.name }, values }]
  })
}

/** Drivers should count every kind of error in the total too, but some count only the kind: the larger of both is right. */
function errors(grown: (counter: string) => number | undefined): number | undefined {
  const received = grown('rx_errors')
  const sent = grown('tx_errors')
  if (received === undefined || sent === undefined) return undefined
  const kinds = (names: readonly string[]) => names.reduce((total, name) => total + (grown(name) ?? 0), 0)
  return Math.max(received, kinds(RX_KINDS)) + Math.max(sent, kinds(TX_KINDS))
}
