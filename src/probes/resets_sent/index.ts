// resets_sent: which connections this host resets, and why.
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import { plainPeers } from '../../instruments/peer.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { mergedRows } from '../../model/tally.ts'
import type { Probe } from '../../model/probe.ts'

const events = ['tcp:tcp_send_reset(reason,saddr,daddr)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'tcp:tcp_send_reset' }],
  labels: {
    reason: { field: 'reason' },
    port: { field: 'port' },
    peer: { field: 'peer' },
    pid: { field: '@process' },
    comm: { field: '@comm' },
  },
}

const told = plainPeers(answering('tcp.resets_sent_to'))

/** What a program asked for is done in its own time; everything else while whoever the packet interrupted runs. */
const BY_PROGRAM = /^TCP_(?:ABORT_ON_(?:CLOSE|DATA|LINGER)|DISCONNECT_WITH_DATA|STATE)$/
const senders = answering('', {
  by: [{ domain: 'process', metric: 'process.resets_sent', value: 'count', name: 'pid' }],
})

const read: Reader = ({ rows: all = [] }) => {
  const { instances } = senders({ rows: all.filter(({ labels }) => BY_PROGRAM.test(labels['reason'] ?? '')) })
  const rows = mergedRows(
    all.map(({ labels: { reason = '', port = '', peer = '' }, count }) => ({ labels: { reason, port, peer }, count })),
  )
  const [first] = [...rows].sort((a, b) => b.count - a.count)
  return {
    ...told({ rows }),
    ...(instances ? { instances } : {}),
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
  gives: ['tcp.resets_sent_to', 'tcp.resets_for_reason', 'tcp.reset_reason', 'tcp.reset_port', 'process.resets_sent'],
  asks: 'Which connections does this host reset, and why?',
  tells:
    'NO_SOCKET: nobody listens at that port, or packets come for a connection that is long over. TCP_ABORT_ON_CLOSE, TCP_ABORT_ON_DATA: the program closed with data it had not read. TCP_ABORT_ON_MEMORY: too many orphans or too little memory for TCP. TCP_KEEPALIVE_TIMEOUT: the peer is gone.',
  seconds: 5,
  counted: ['tcp:tcp_send_reset'],
  checked: 'Connections to a closed port (NO_SOCKET), and a program that closes with unread data (TCP_ABORT_ON_CLOSE).',
  // Kernels before 6.10 give no reason and do not tell of packets that belong to no socket.
  backEnds: [perfLog({ question, events, read }), ftraceLog({ question, events, read })],
}
