// forwarding of each interface, and what it received and sent at both ends of the window → what came in where nothing is passed on.
//   /proc/sys/net/ipv4/conf/eth1/forwarding     0      1 packets for others are passed on, 0 thrown away
//   /sys/class/net/eth1/statistics/rx_packets   48211
//   /sys/class/net/eth1/statistics/tx_packets   12
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { number } from '../../parse/table.ts'

const SETTINGS = '/proc/sys/net/ipv4/conf/*/forwarding'
const COUNTERS = ['/sys/class/net/*/statistics/rx_packets', '/sys/class/net/*/statistics/tx_packets']
/** Settings for all and for interfaces yet to come, and the one that has no other end. */
const NO_INTERFACE = new Set(['all', 'default', 'lo'])

export const source: Source = {
  id: 'proc_forwarding',
  tier: 'read',
  asks: 'On which interface do packets arrive that this host does not pass on?',
  gives: ['interface.unforwarded'],
  requests: () => [
    { kind: 'read', paths: [SETTINGS], at: 'end' },
    { kind: 'read', paths: COUNTERS, at: 'ends' },
  ],
  parse: (looks) => {
    const settings = new Map<string, number>()
    const counts = new Map<string, (number | undefined)[]>()
    for (const [path, text] of looks.flatMap((look) => [...files(look.text)])) {
      const value = number(text.trim())
      const setting = /^\/proc\/sys\/net\/ipv4\/conf\/([^/]+)\/forwarding$/.exec(path)?.[1]
      const [, name, way] = /^\/sys\/class\/net\/([^/]+)\/statistics\/([rt]x)_packets$/.exec(path) ?? []
      if (setting !== undefined && value !== undefined) settings.set(setting, value)
      if (name !== undefined) counts.set(`${way} ${name}`, [...(counts.get(`${way} ${name}`) ?? []), value])
    }
    if (!settings.has('all')) return unavailable('not understood', `${SETTINGS} could not be read for all`)
    const silent = [...settings].filter(([name, passes]) => passes === 0 && !NO_INTERFACE.has(name))
    if (silent.length === 0) return unavailable('nothing to measure', 'every interface passes on what is for others')
    return {
      instances: silent.flatMap(([name]): Instance[] => {
        const received = increase(counts.get(`rx ${name}`) ?? [])
        const sent = increase(counts.get(`tx ${name}`) ?? [])
        if (received === undefined || sent === undefined) return []
        const values = { 'interface.unforwarded': Math.max(0, received - sent) }
        return [{ domain: 'interface', name, labels: {}, values }]
      }),
    }
  },
}
