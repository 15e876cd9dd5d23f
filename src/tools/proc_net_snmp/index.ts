// /proc/net/snmp, netstat and snmp6 (the twin of nstat) at both ends of the window → tcp.*, udp.*, ip.*.
//   Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs
//   Tcp: 1 200 120000 -1 119 22 0 2 1 5804 3811 2
//   Udp6RcvbufErrors                	0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files, keyed } from '../../parse/files.ts'
import { words } from '../../parse/table.ts'
import { gives, reading, type Counters } from '../nstat/metrics.ts'

const PAIRED = ['/proc/net/snmp', '/proc/net/netstat']
/** Absent where IPv6 is switched off. */
const KEYED = '/proc/net/snmp6'

export const source: Source = {
  id: 'proc_net_snmp',
  tier: 'read',
  asks: 'Does TCP retransmit, do listeners overflow, are datagrams dropped for lack of buffer?',
  gives,
  requests: () => [{ kind: 'read', paths: [...PAIRED, KEYED], at: 'ends' }],
  parse: (looks) => {
    const counters = looks.map((look) => counted(files(look.text)))
    if (counters.some((read) => !read.has('TcpRetransSegs'))) {
      return unavailable('not understood', '/proc/net/snmp has no pair of Tcp: lines, names above values')
    }
    return reading(looks, counters)
  },
}

function counted(read: ReadonlyMap<string, string>): Counters {
  const found = new Map<string, number>()
  for (const path of PAIRED) pairs(read.get(path) ?? '', found)
  for (const [name, value] of keyed(read.get(KEYED) ?? '')) found.set(name, value)
  return found
}

/** A line of names above a line of values, both with the same prefix. A pair of unequal length is not understood and left out. */
function pairs(text: string, found: Map<string, number>): void {
  const lines = text.split('\n')
  for (let i = 0; i + 1 < lines.length; i++) {
    const [prefix, ...names] = words(lines[i] ?? '')
    const [same, ...values] = words(lines[i + 1] ?? '')
    if (!prefix?.endsWith(':') || prefix !== same || names.length !== values.length) continue
    for (const [at, name] of names.entries()) {
      const value = values[at] ?? ''
      if (/^\d+$/.test(value)) found.set(prefix.slice(0, -1) + name, Number(value))
    }
    i++
  }
}
