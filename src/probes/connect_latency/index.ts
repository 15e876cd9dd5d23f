// connect_latency: how long outgoing TCP connections take until they are answered, by peer, port, result and the process that asked.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { protocolCounter } from '../../instruments/counter.ts'
import { TCP_STATES } from '../../instruments/event-patterns.ts'
import { destinationOf, plainPeers } from '../../instruments/peer.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './connect.bt'

const events = ['sock:inet_sock_set_state(skaddr,oldstate,newstate,dport,daddr_v6)']

const told = plainPeers(answering('tcp.connect_latency', { table: 'tcp.connects' }))
const failures = plainPeers(
  answering('tcp.connects', {
    by: [
      { domain: 'process', metric: 'process.connects_failed', value: 'count', name: 'pid' },
      { domain: 'peer', metric: 'peer.connects_failed', value: 'count', name: 'destination' },
    ],
  }),
)

/** Who asked and where to, of the connections that failed alone. */
const read: Reader = (measured) => {
  const failed = (measured.rows ?? []).filter(({ labels }) => labels['result'] === 'failed')
  const rows = failed.map((row) => ({ ...row, labels: { ...row.labels, destination: destinationOf(row.labels) } }))
  const { instances = [] } = rows.length > 0 ? failures({ rows }) : {}
  const answer = told(measured)
  return instances.length > 0 ? { ...answer, instances } : answer
}

const resultName = (value: string) =>
  ({ TCP_ESTABLISHED: 'established', TCP_CLOSE: 'failed' })[TCP_STATES[Number(value) - 1] ?? ''] ?? value

export const probe: Probe = {
  id: 'connect_latency',
  answers: 'tcp.connect_latency',
  gives: ['tcp.connect_latency', 'tcp.connects', 'process.connects_failed', 'peer.connects_failed'],
  asks: 'How long do outgoing connections take until they are answered, and by whom?',
  tells:
    'A round trip is what it should take. 1 s, 3 s, 7 s are repeated SYNs: lost, filtered, or a full accept queue at the peer. Failed at once: nothing listens there.',
  seconds: 10,
  counted: ['sock:inet_sock_set_state'],
  control: protocolCounter('/proc/net/snmp', 'Tcp', 'ActiveOpens', 'outgoing connections', 5),
  checked:
    'Connections to a listening and to a closed port of this host: established and failed, each below a millisecond.',
  // Logs print no address of the socket, and no port before the SYN: attempts to one peer at a time could not be told apart.
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: {
          labels: ['peer', 'port', 'result', 'pid', 'comm'],
          names: { result: resultName },
          of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
        },
      },
      read,
    }),
  ],
}
