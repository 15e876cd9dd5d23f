// resets_sent: which connections this host resets, and why.
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import { plainPeers } from '../../instruments/peer.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'

const events = ['tcp:tcp_send_reset(reason,saddr,daddr)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'tcp:tcp_send_reset' }],
  labels: { reason: { field: 'reason' }, port: { field: 'port' }, peer: { field: 'peer' } },
}

const told = plainPeers(answering('tcp.resets_sent_to'))

const read: Reader = (measured) => {
  const [first] = [...(measured.rows ?? [])].sort((a, b) => b.count - a.count)
  return {
    ...told(measured),
    host: {
      'tcp.resets_for_reason': first?.count ?? 0,
      ...(first
        ? { 'tcp.reset_reason': first.labels['reason'] ?? '', 'tcp.reset_port': first.labels['port'] ?? '' }
        : {}),
    },
  }
}

export const probe: Probe = {
  id: 'resets_sent',
  answers: 'tcp.resets_sent_to',
  gives: ['tcp.resets_sent_to', 'tcp.resets_for_reason', 'tcp.reset_reason', 'tcp.reset_port'],
  asks: 'Which connections does this host reset, and why?',
  tells:
    'NO_SOCKET: nobody listens at that port, or packets come for a connection that is long over. TCP_ABORT_ON_CLOSE, TCP_ABORT_ON_DATA: the program closed with data it had not read. TCP_ABORT_ON_MEMORY: too many orphans or too little memory for TCP. TCP_KEEPALIVE_TIMEOUT: the peer is gone.',
  seconds: 10,
  counted: ['tcp:tcp_send_reset'],
  checked: 'Connections to a closed port (NO_SOCKET), and a program that closes with unread data (TCP_ABORT_ON_CLOSE).',
  // Kernels before 6.10 give no reason and do not tell of packets that belong to no socket.
  backEnds: [perfLog({ question, events, read }), ftraceLog({ question, events, read })],
}
