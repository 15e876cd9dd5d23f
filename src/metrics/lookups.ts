// Metrics of name lookups under way: what can be known of DNS without a packet being looked at.
import type { Metric } from '../model/metric.ts'

const ss = 'ss -u -n -p dport = :53'

export const metrics: readonly Metric[] = [
  { id: 'dns.outstanding', dimension: 'count', kind: 'gauge', help: 'Lookups that waited for a resolver when sampled (UDP sockets connected to port 53)', see: ss },
  { id: 'dns.wait', dimension: 'seconds', kind: 'rate', help: 'A lookup waits at least this long: lookups under way, on average, by datagrams of any kind that arrived per second', see: ss },
  { id: 'dns.lasting', dimension: 'count', kind: 'gauge', help: 'Lookups that had waited for at least three seconds when sampled', see: ss },
  { id: 'dns.started', dimension: 'count', kind: 'count', help: 'Lookups seen that began in the window', see: ss },
  { id: 'peer.lookups', per: 'peer', dimension: 'count', kind: 'gauge', help: 'Lookups that waited for this resolver when sampled', see: ss },
  { id: 'dns.tcp_outstanding', dimension: 'count', kind: 'gauge', help: 'Lookups over TCP under way when sampled; a connection that is kept open for many is none', see: 'ss -t -n dport = :53' },
  { id: 'dns.tcp_started', dimension: 'count', kind: 'count', help: 'Lookups over TCP that began in the window, those that ended in it as well', see: 'ss -t -a -n dport = :53' },
  { id: 'peer.tcp_lookups', per: 'peer', dimension: 'count', kind: 'count', help: 'Lookups over TCP at this resolver that began in the window', see: 'ss -t -a -n dport = :53' },
  { id: 'dns.lookup_latency', dimension: 'seconds', kind: 'histogram', help: 'How long name lookups take: from the first packet to port 53 until their socket is closed', see: 'gethostlatency' },
  { id: 'dns.lookups', dimension: 'count', kind: 'events', help: 'Name lookups by resolver, result and process, with the time they took together', see: 'tcpdump -n port 53' },
  { id: 'dns.lookups_answered', dimension: 'count', kind: 'count', help: 'Lookups that ended with an answer of any kind while they were traced', see: 'tcpdump -n port 53' },
  { id: 'dns.lookups_unanswered', dimension: 'count', kind: 'count', help: 'Lookups given up without any answer while they were traced', see: 'tcpdump -n port 53' },
  { id: 'dns.lookups_unfinished', dimension: 'count', kind: 'count', help: 'Lookups that had begun and had no answer when the trace ended', see: ss },
  { id: 'dns.lookups_failed', dimension: 'count', kind: 'count', help: 'Lookups answered with an error (SERVFAIL, REFUSED, FORMERR, NOTIMP) while they were traced; that a name does not exist is none', see: 'dig @ADDRESS NAME' },
  { id: 'dns.lookup_error', dimension: 'text', kind: 'text', help: 'Error most of them were answered with', see: 'dig @ADDRESS NAME' },
  { id: 'dns.lookups_unknown', dimension: 'count', kind: 'count', help: 'Lookups of processes that asked for nothing but names that do not exist (NXDOMAIN) while they were traced', see: 'dig @ADDRESS NAME' },
  { id: 'dns.longest_wait', dimension: 'seconds', kind: 'count', help: 'Time the lookups of one process took while they were traced, added up, of the process that waited longest', see: 'strace -f -r -e trace=network -p PID' },
  { id: 'process.lookups_unknown', per: 'process', dimension: 'count', kind: 'count', help: 'Lookups of a process that asked for nothing but names that do not exist', see: 'dig @ADDRESS NAME' },
  { id: 'process.lookups_failed', per: 'process', dimension: 'count', kind: 'count', help: 'Lookups of a process answered with an error in the window', see: 'dig @ADDRESS NAME' },
  { id: 'peer.lookups_failed', per: 'peer', dimension: 'count', kind: 'count', help: 'Lookups this resolver answered with an error in the window', see: 'dig @ADDRESS NAME' },
  { id: 'process.lookup_wait', per: 'process', dimension: 'seconds', kind: 'count', help: 'Time the lookups of a process took in the window, added up', see: 'strace -f -r -e trace=network -p PID' },
  { id: 'peer.lookup_wait', per: 'peer', dimension: 'seconds', kind: 'count', help: 'Time lookups waited for this resolver in the window, added up', see: 'dig @ADDRESS NAME' },
]
