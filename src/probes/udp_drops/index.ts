// udp_drops: for which ports datagrams arrive that no socket has room for.
import { bpftrace, type BpftraceMaps } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import { protocolCounter } from '../../instruments/counter.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './drops.bt'

const event = 'udp:udp_fail_queue_rcv_skb'

/** What __udp_enqueue_schedule_skb returns: the socket's own limit, or that of all UDP sockets together. */
const REASONS = { '-12': 'receive buffer full', '-105': 'memory of all UDP sockets (udp_mem)' }

const question: Counts = {
  kind: 'counts',
  of: [{ event }],
  labels: { port: { field: 'port' }, reason: { field: 'rc', names: REASONS } },
}

const maps: BpftraceMaps = {
  rows: {
    labels: ['port', 'reason'],
    names: { reason: (rc) => Object.entries(REASONS).find(([known]) => known === rc)?.[1] ?? rc },
    of: [{ map: '@n', is: 'count' }],
  },
}

const told = answering('udp.receive_failures')

const read: Reader = (measured) => {
  const [first] = [...(measured.rows ?? [])].sort((a, b) => b.count - a.count)
  return {
    ...told(measured),
    host: {
      'udp.dropped_at_port': first?.count ?? 0,
      ...(first
        ? { 'udp.dropping_port': first.labels['port'] ?? '', 'udp.drop_reason': first.labels['reason'] ?? '' }
        : {}),
    },
  }
}

export const probe: Probe = {
  id: 'udp_drops',
  answers: 'udp.receive_failures',
  gives: ['udp.receive_failures', 'udp.dropped_at_port', 'udp.dropping_port', 'udp.drop_reason'],
  asks: 'For which ports do datagrams arrive that no socket has room for?',
  tells:
    'The program at that port reads too slowly or in fits: look at its CPU and its run-queue wait before its buffer (SO_RCVBUF, at most net.core.rmem_max). The memory of all UDP sockets: net.ipv4.udp_mem, and who has the large queues (ss -uam).',
  seconds: 10,
  counted: [event],
  control: protocolCounter('/proc/net/snmp', 'Udp', 'RcvbufErrors', 'datagrams without room', 5),
  checked:
    'A socket that is not read and a sender of 500 datagrams a second: its port, as many as RcvbufErrors counted.',
  backEnds: [
    bpftrace({
      program,
      events: [`${event}(rc,dport)`],
      microseconds: 0.6,
      maps,
      read,
    }),
    perfLog({ question, events: [`${event}(rc)`], read }),
    ftraceLog({ question, events: [`${event}(rc)`], read }),
  ],
}
