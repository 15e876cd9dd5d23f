// nicstat -p: one line per interface and interval → throughput, packets, saturation. Its own %Util is believed only where the speed is known.
//   1795426304:lo:0.022:0.022:0.417:0.417:0.00:0.00         since boot: left out
//   1795426305:eth0:431.1:1.847:22.97:19.98:0.01:0.00
//   time:Int:rKB/s:wKB/s:rPk/s:wPk/s:%Util:Sat              the order of its manual; the output has no header
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { utilization } from '../../parse/interface.ts'
import { defined } from '../../parse/table.ts'
import { intervalSeconds } from '../../parse/window.ts'

// A name may hold colons (eth0:1): the six numbers are the last of the line.
const LINE = /^\d+:(.+):(\d[\d.]*):(\d[\d.]*):(\d[\d.]*):(\d[\d.]*):(\d[\d.]*):(\d[\d.]*)$/
const FIELDS = ['rx', 'tx', 'rxPackets', 'txPackets', 'util', 'sat'] as const
type Sample = Readonly<Record<(typeof FIELDS)[number], number>>

export const source: Source = {
  id: 'nicstat',
  tier: 'run',
  tool: 'nicstat',
  asks: 'How much goes through each interface, and does it drop for lack of room?',
  gives: [
    'interface.saturation',
    'interface.rx_bytes',
    'interface.tx_bytes',
    'interface.rx_packets',
    'interface.tx_packets',
    'interface.utilization',
  ],
  // sar and its twin come first for what they give as well.
  rank: () => 25,
  requests: ({ intervalMs, count }) => [
    {
      kind: 'run',
      argv: ['nicstat', '-p', String(intervalSeconds({ intervalMs })), String(count + 1)],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look], { context }) => {
    // What follows the last line end is half a line.
    const lines = (look?.text ?? '')
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== '')
    const records = new Map<string, Sample[]>()
    for (const line of lines) {
      const [, name = '', ...cells] = LINE.exec(line) ?? []
      const numbers = cells.map(Number)
      if (numbers.length !== FIELDS.length || numbers.some((value) => !Number.isFinite(value)))
        return unavailable('not understood', 'nicstat printed a line that is not a time, an interface and six numbers')
      const [rx = 0, tx = 0, rxPackets = 0, txPackets = 0, util = 0, sat = 0] = numbers
      records.set(name, [...(records.get(name) ?? []), { rx, tx, rxPackets, txPackets, util, sat }])
    }
    const instances = [...records].flatMap(([name, all]) =>
      all.length > 1 ? [instance(name, all.slice(1), context)] : [],
    )
    if (instances.length === 0)
      return unavailable('not understood', 'nicstat printed nothing but its averages since boot')
    const speed = instances.some((one) => 'interface.utilization' in one.values)
    const unknown = unavailable('not supported', 'the link speed of no interface is known')
    return speed ? { instances } : { instances, missing: { 'interface.utilization': unknown } }
  },
}

function instance(name: string, records: readonly Sample[], context: Context): Instance {
  const column = (field: keyof Sample, scale = 1) => records.map((record) => record[field] * scale)
  const [received, sent] = [column('rx', 1024), column('tx', 1024)]
  return {
    domain: 'interface',
    name,
    values: defined({
      'interface.saturation': column('sat'),
      'interface.rx_bytes': received,
      'interface.tx_bytes': sent,
      'interface.rx_packets': column('rxPackets'),
      'interface.tx_packets': column('txPackets'),
      'interface.utilization': utilization(name, received, sent, context),
    }),
  }
}
