// drops: why and where the kernel throws packets away.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './drops.bt'
import { namingReasons } from './reasons.ts'

const events = ['skb:kfree_skb(reason,location)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'skb:kfree_skb' }],
  labels: { reason: { field: 'reason' }, where: { field: 'location' } },
}

/** No loss: a packet that was delivered and is done with, or a socket that closes with data nobody will read. */
const HARMLESS = /^(?:NOT_SPECIFIED|CONSUMED|TCP_OLD_DATA|TCP_OLD_ACK|SKB_CONSUMED|\d)$/

const answer = answering('network.drop_reasons')

const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map((row): Row => {
    const labels: Record<string, string> = { ...row.labels, where: plain(row.labels['where'] ?? '') }
    return { ...row, labels }
  })
  const reading = answer({ ...measured, rows })
  const [first] = rows.filter((row) => !HARMLESS.test(row.labels['reason'] ?? '')).sort((a, b) => b.count - a.count)
  return {
    ...reading,
    host: {
      'network.dropped_for_reason': first?.count ?? 0,
      'network.filtered': rows.filter(isFiltered).reduce((sum, row) => sum + row.count, 0),
      ...(first
        ? { 'network.drop_reason': first.labels['reason'] ?? '', 'network.drop_place': first.labels['where'] ?? '' }
        : {}),
    },
  }
}

/** Kernels before 5.17 name no reason, only the function. */
function isFiltered({ labels }: Row): boolean {
  return labels['reason'] === 'NETFILTER_DROP' || labels['where'] === 'nf_hook_slow'
}

/** `tcp_v4_rcv+0x1e2/0xb40` → `tcp_v4_rcv`. */
function plain(place: string): string {
  return place.replace(/\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?$/, '')
}

export const probe: Probe = {
  id: 'drops',
  answers: 'network.drop_reasons',
  gives: [
    'network.drop_reasons',
    'network.filtered',
    'network.dropped_for_reason',
    'network.drop_reason',
    'network.drop_place',
  ],
  asks: 'Why and where does the kernel throw packets away?',
  tells:
    'NETFILTER_DROP: a firewall rule. NO_SOCKET: nobody listens. SOCKET_RCVBUFF: the program reads too slowly. TCP_LISTEN_OVERFLOW or the function tcp_conn_request: an accept queue. QDISC_DROP: the own queue. NOT_SPECIFIED and old data are no loss. A network card that drops does so before the kernel sees the packet.',
  seconds: 5,
  counted: ['skb:kfree_skb'],
  checked:
    'Connections to a closed UDP port (NO_SOCKET) and through a token bucket (QDISC_DROP in tbf): those reasons first.',
  backEnds: [
    namingReasons(
      (named) =>
        bpftrace({
          program,
          events,
          microseconds: 0.6,
          maps: { rows: { labels: ['reason', 'where'], of: [{ map: '@n', is: 'count' }] } },
          read: named,
        }),
      read,
    ),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
