// ss with what TCP knows of every established connection, at both ends of a moment → by far end: segments lost, reordered, stuck, and how far it is.
//   ESTAB 0      100           10.0.0.5:40112        10.0.0.9:7016
//   	 cubic rto:800 backoff:2 rtt:10.1/5 mss:1448 cwnd:1 bytes_sent:31856 bytes_retrans:2896 bytes_acked:1 data_segs_out:24 unacked:20 retrans:1/2 minrtt:10.1
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { elapsed } from '../../parse/elapsed.ts'
import { connections, type Connection } from '../ss/connections.ts'
import { NAMES, peers } from './peers.ts'

export const source: Source = {
  id: 'ss_peers',
  tier: 'run',
  tool: 'ss',
  asks: 'To which peers are segments lost, reordered or stuck?',
  gives: NAMES,
  // Only -t, as in ss. No -p: whose connection it is changes nothing about its path.
  requests: () => [{ kind: 'run', argv: ['ss', '-t', '-i', '-n'], at: 'ends' }],
  parse: (looks, { window }) => {
    const seen: (readonly Connection[])[] = []
    for (const look of looks) {
      const found = connections(look.text)
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', 'ss was not run')
    if (seen.length < 2) return unavailable('not measured', 'the connections were listed only once')
    const seconds = elapsed(looks) ?? (window.intervalMs * window.count) / 1000
    const instances = peers(seen, seconds)
    if (instances.length === 0) return unavailable('nothing to measure', 'there is no TCP connection to another host')
    const told = (id: string) => instances.some((one) => id in one.values)
    const old = unavailable('not supported', 'this ss or kernel does not say it of any connection')
    return { instances, missing: Object.fromEntries(NAMES.filter((id) => !told(id)).map((id) => [id, old])) }
  },
}
