// retransmits: to which peers TCP sends segments again, and in which state of the connection.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { protocolCounter } from '../../instruments/counter.ts'
import { TCP_STATES } from '../../instruments/event-patterns.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { plainPeers } from '../../instruments/peer.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './retransmits.bt'

const events = ['tcp:tcp_retransmit_skb(dport,daddr_v6,state)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'tcp:tcp_retransmit_skb' }],
  labels: { peer: { field: 'daddrv6' }, port: { field: 'dport' }, state: { field: 'state' } },
}

const read = plainPeers(answering('tcp.retransmit_peers'))
const stateName = (value: string) => TCP_STATES[Number(value) - 1] ?? value

export const probe: Probe = {
  id: 'retransmits',
  answers: 'tcp.retransmit_peers',
  gives: ['tcp.retransmit_peers'],
  asks: 'To which peers are segments sent again, and in which state of the connection?',
  tells:
    'One peer or subnet is a path; all peers are this host, its queue or its uplink. SYN_SENT: the peer does not answer. ESTABLISHED with a growing round-trip time: congestion; without: loss.',
  seconds: 10,
  counted: ['tcp:tcp_retransmit_skb'],
  control: protocolCounter('/proc/net/snmp', 'Tcp', 'RetransSegs', 'retransmitted segments', 5),
  checked: 'A connection through a token bucket that drops: its peer and port, as many as RetransSegs counted.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1,
      maps: {
        rows: {
          labels: ['peer', 'port', 'state'],
          names: { state: stateName },
          of: [{ map: '@n', is: 'count' }],
        },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
