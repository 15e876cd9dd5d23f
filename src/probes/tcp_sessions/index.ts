// tcp_sessions: how long TCP connections last and how much they carry, by port, peer and process: who opens one for every request.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import { plainPeers } from '../../instruments/peer.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './sessions.bt'

const event = 'sock:inet_sock_set_state'
const events = [`${event}(skaddr,oldstate,newstate,sport,dport,daddr_v6)`]
const key = ['sport', 'dport', 'daddrv6']

const OUT = 'connected'
const IN = 'accepted'

/** Logs print no address of the socket: ports and peer identify it as well. */
const question: Pairs = {
  kind: 'pairs',
  start: [{ event, key, when: [['newstate', '==', 1]] }],
  end: [{ event, key, when: [['newstate', '==', 7]] }],
  labels: {
    side: { field: 'oldstate', at: 'start', names: { TCP_SYN_SENT: OUT, TCP_SYN_RECV: IN } },
    sport: { field: 'sport' },
    dport: { field: 'dport' },
    peer: { field: 'daddrv6' },
  },
}

const answer = answering('tcp.session_time', {
  table: 'tcp.sessions',
  by: [{ domain: 'process', metric: 'process.tcp_sessions', value: 'count', name: 'pid' }],
})

/** A connection the peer reset is closed by nobody's call: no process is known. */
const read = plainPeers((measured) => {
  const rows = (measured.rows ?? []).map(withoutNobody)
  const [first] = services(rows).toSorted((a, b) => b.count - a.count)
  return {
    ...answer({ ...measured, rows }),
    host: {
      'tcp.sessions_of_service': first?.count ?? 0,
      ...(first
        ? { 'tcp.session_service': `${first.labels['side']}, ${first.labels['peer']} port ${first.labels['port']}` }
        : {}),
    },
  }
})

function withoutNobody(row: Row): Row {
  const { pid, comm, ...labels } = row.labels
  return pid === undefined || comm === undefined || pid === '0' ? { ...row, labels } : row
}

/** Of all processes that use it together. */
function services(rows: readonly Row[]): readonly Row[] {
  const found = new Map<string, Row>()
  for (const { labels, count, seconds = 0 } of rows) {
    const own = { side: labels['side'] ?? '', port: labels['port'] ?? '', peer: labels['peer'] ?? '' }
    const key = Object.values(own).join('\0')
    const before = found.get(key) ?? { labels: own, count: 0, seconds: 0 }
    found.set(key, { ...before, count: before.count + count, seconds: (before.seconds ?? 0) + seconds })
  }
  return [...found.values()]
}

/** One port is the service's, the other anybody's. */
const readLog: Reader = (measured) => {
  const rows = (measured.rows ?? []).map((row) => {
    const { side = '', sport = '', dport = '', peer = '' } = row.labels
    return { ...row, labels: { side, port: side === OUT ? dport : sport, peer } }
  })
  return read({ ...measured, rows: services(rows) })
}

export const probe: Probe = {
  id: 'tcp_sessions',
  answers: 'tcp.session_time',
  gives: ['tcp.session_time', 'tcp.sessions', 'tcp.sessions_of_service', 'tcp.session_service', 'process.tcp_sessions'],
  asks: 'How long do TCP connections last, how much do they carry, and whose are they?',
  tells:
    'Many that last milliseconds to the same peer: a connection for each request; each costs a round trip, a port for a minute and, with TLS, CPU: keep them open. Many with no bytes: health checks or refused work. Connections that were open before are not in it.',
  seconds: 10,
  counted: [event],
  checked: 'A client that connects, sends 4 KiB and closes 100 times a second: both sides, their ports, milliseconds.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1.2,
      maps: {
        histogram: { map: '@time', unit: 1e-6 },
        rows: {
          labels: ['side', 'port', 'peer', 'pid', 'comm'],
          names: { side: (out) => (out === '0' ? IN : OUT) },
          of: [
            { map: '@by', is: 'seconds', unit: 1e-6 },
            { map: '@bytes', is: 'bytes' },
          ],
        },
      },
      read,
    }),
    perfLog({ question, events, read: readLog }),
    ftraceLog({ question, events, read: readLog }),
  ],
}
