// rp_filter of each interface, and what it received at both ends of the window → what came in where sources are checked strictly.
//   /proc/sys/net/ipv4/conf/all/rp_filter       0      the larger of all and the interface's own counts
//   /proc/sys/net/ipv4/conf/eth1/rp_filter      1      1 strict, 2 loose
//   /sys/class/net/eth1/statistics/rx_packets   48211
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { number } from '../../parse/table.ts'

const SETTINGS = '/proc/sys/net/ipv4/conf/*/rp_filter'
const RECEIVED = '/sys/class/net/*/statistics/rx_packets'
const ALL = 'all'
const STRICT = 1

export const source: Source = {
  id: 'proc_reverse_path',
  tier: 'read',
  asks: 'Which interface refuses packets because their source would be answered through another one?',
  gives: ['interface.strict_received'],
  requests: () => [
    { kind: 'read', paths: [SETTINGS], at: 'end' },
    { kind: 'read', paths: [RECEIVED], at: 'ends' },
  ],
  parse: (looks) => {
    const settings = new Map<string, number>()
    const received = new Map<string, (number | undefined)[]>()
    for (const [path, text] of looks.flatMap((look) => [...files(look.text)])) {
      const value = number(text.trim())
      const setting = /^\/proc\/sys\/net\/ipv4\/conf\/([^/]+)\/rp_filter$/.exec(path)?.[1]
      const name = /^\/sys\/class\/net\/([^/]+)\/statistics\/rx_packets$/.exec(path)?.[1]
      if (setting !== undefined && value !== undefined) settings.set(setting, value)
      if (name !== undefined) received.set(name, [...(received.get(name) ?? []), value])
    }
    const all = settings.get(ALL)
    if (all === undefined) return unavailable('not understood', `${SETTINGS} could not be read for ${ALL}`)
    const strict = [...settings].filter(([name, own]) => Math.max(own, all) === STRICT && received.has(name))
    if (strict.length === 0)
      return unavailable('nothing to measure', 'no interface checks sources strictly (rp_filter)')
    return {
      instances: strict.flatMap(([name]): Instance[] => {
        const packets = increase(received.get(name) ?? [])
        return packets === undefined || name === 'lo'
          ? []
          : [{ domain: 'interface', name, labels: {}, values: { 'interface.strict_received': packets } }]
      }),
    }
  },
}
