// Metrics of name lookups under way: what can be known of DNS without a packet being looked at.
import type { Metric } from '../model/metric.ts'

const ss = 'ss -u -n -p dport = :53'

export const metrics: readonly Metric[] = [
  { id: 'dns.outstanding', dimension: 'count', kind: 'gauge', help: 'Lookups that waited for a resolver when sampled (UDP sockets connected to port 53)', see: ss },
  { id: 'dns.wait', dimension: 'seconds', kind: 'rate', help: 'A lookup waits at least this long: lookups under way, on average, by datagrams of any kind that arrived per second', see: ss },
  { id: 'dns.lasting', dimension: 'count', kind: 'gauge', help: 'Lookups that had waited for at least three seconds when sampled', see: ss },
  { id: 'dns.started', dimension: 'count', kind: 'count', help: 'Lookups seen that began in the window', see: ss },
  { id: 'peer.lookups', per: 'peer', dimension: 'count', kind: 'gauge', help: 'Lookups that waited for this resolver when sampled', see: ss },
]
