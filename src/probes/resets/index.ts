// resets: which peers reset connections of this host.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { destinationOf, plainPeers } from '../../instruments/peer.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './resets.bt'

const events = ['tcp:tcp_receive_reset(dport,daddr_v6)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'tcp:tcp_receive_reset' }],
  labels: { peer: { field: 'daddrv6' }, port: { field: 'dport' } },
}

const told = plainPeers(answering('tcp.resets_by'))
const peers = answering('', { by: [{ domain: 'peer', metric: 'peer.resets', value: 'count', name: 'destination' }] })

const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map((row) => ({
    ...row,
    labels: { ...row.labels, destination: destinationOf(row.labels) },
  }))
  const { instances } = peers({ rows })
  return { ...told(measured), ...(instances ? { instances } : {}) }
}

export const probe: Probe = {
  id: 'resets',
  answers: 'tcp.resets_by',
  gives: ['tcp.resets_by', 'peer.resets'],
  asks: 'Which peers reset our connections?',
  tells:
    'A port nobody listens on resets at once: the service is down. Resets of connections that were in use: a time limit of something between, or a program that closes with unread data.',
  seconds: 5,
  counted: ['tcp:tcp_receive_reset'],
  checked: 'Connections to a closed port of this host: its address and that port.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.8,
      maps: { rows: { labels: ['peer', 'port'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
