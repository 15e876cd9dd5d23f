// /sys/class/net/*/statistics (the twin of ip) at both ends of the window → interface.errors, drops, carrier changes.
//   ==> /sys/class/net/eth0/statistics/rx_dropped <==
//   0
//   ==> /sys/class/net/eth0/carrier_changes <==
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { number } from '../../parse/table.ts'
import { COUNTERS, gives, instances, type Link } from '../ip/metrics.ts'

const PATH = /^\/sys\/class\/net\/([^/]+)\/(?:statistics\/)?([a-z_]+)$/

export const source: Source = {
  id: 'sys_class_net',
  tier: 'read',
  asks: 'Do interfaces drop packets, report errors or lose their link?',
  gives,
  requests: () => [
    {
      kind: 'read',
      paths: [
        ...COUNTERS.map((counter) => `/sys/class/net/*/statistics/${counter}`),
        '/sys/class/net/*/carrier_changes',
        '/sys/class/net/*/ifindex',
      ],
      at: 'ends',
    },
  ],
  parse: (looks) => {
    const seen = looks.map((look) => linksOf(files(look.text)))
    if (seen.some((links) => links.length === 0))
      return unavailable('not understood', '/sys/class/net has no interface with counters')
    if (seen.length < 2) return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    return { instances: instances(seen) }
  },
}

function linksOf(read: ReadonlyMap<string, string>): readonly Link[] {
  const byName = new Map<string, Map<string, number>>()
  for (const [path, text] of read) {
    const [, name, counter] = PATH.exec(path) ?? []
    const value = number(text.trim())
    if (name === undefined || counter === undefined || value === undefined) continue
    const counters = byName.get(name) ?? new Map<string, number>()
    byName.set(name, counters.set(counter, value))
  }
  return [...byName].map(([name, counters]) => ({ name, index: counters.get('ifindex'), counters }))
}
