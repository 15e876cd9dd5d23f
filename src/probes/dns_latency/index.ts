// dns_latency: how long name lookups take, which are not answered, and which are answered with an error, by resolver and process.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Instance } from '../../model/metric.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './queries.bt'

const called = [
  'connect(fd,uservaddr)',
  'sendto(fd,addr)',
  'recvfrom(fd,ubuf)',
  'recvmsg(fd,msg)',
  'recvmmsg(fd,mmsg)',
  'read(fd,buf)',
  'close(fd)',
]
const events = [
  ...called.map((call) => `syscalls:sys_enter_${call}`),
  ...['recvfrom', 'recvmsg', 'recvmmsg', 'read'].map((call) => `syscalls:sys_exit_${call}(ret)`),
]

const told = answering('dns.lookup_latency', {
  table: 'dns.lookups',
  by: [
    { domain: 'process', metric: 'process.lookup_wait', value: 'seconds', name: 'pid' },
    { domain: 'peer', metric: 'peer.lookup_wait', value: 'seconds', name: 'resolver' },
  ],
})

const failing = answering('dns.lookup_latency', {
  by: [
    { domain: 'process', metric: 'process.lookups_failed', value: 'count', name: 'pid' },
    { domain: 'peer', metric: 'peer.lookups_failed', value: 'count', name: 'resolver' },
  ],
})

const nameless = answering('dns.lookup_latency', {
  by: [{ domain: 'process', metric: 'process.lookups_unknown', value: 'count', name: 'pid' }],
})

const UNANSWERED = 'unanswered'
const NO_SUCH_NAME = 'NXDOMAIN'
/** What the header of an answer says (RFC 1035). That a name does not exist is knowledge: search lists ask for many. */
const RESULTS: Readonly<Record<string, string>> = { '0': UNANSWERED, '1': 'answered', '103': NO_SUCH_NAME }
const ERRORS: Readonly<Record<string, string>> = {
  '101': 'FORMERR',
  '102': 'SERVFAIL',
  '104': 'NOTIMP',
  '105': 'REFUSED',
}

const read: Reader = (measured) => {
  const { rows = [], numbers = {} } = measured
  const counted = (some: readonly Row[]) => some.reduce((sum, { count }) => sum + count, 0)
  const unanswered = counted(rows.filter(({ labels }) => labels['result'] === UNANSWERED))
  const failed = rows.filter(({ labels }) => isError(labels['result'] ?? ''))
  const [most] = failed.toSorted((a, b) => b.count - a.count)
  const begun = numbers['begun'] ?? 0
  const reading = told(measured)
  const found = new Set(rows.flatMap(({ labels }) => (labels['result'] === NO_SUCH_NAME ? [] : [labels['pid']])))
  const unknown = rows.filter(({ labels }) => !found.has(labels['pid']))
  const own = [
    ...(failing({ ...measured, rows: failed }).instances ?? []),
    ...(nameless({ ...measured, rows: unknown }).instances ?? []),
  ]
  const instances = (reading.instances ?? []).map((one) => ({
    ...one,
    values: Object.fromEntries(
      [one, ...own]
        .filter(({ domain, name }) => domain === one.domain && name === one.name)
        .flatMap(({ values }) => Object.entries(values)),
    ),
  }))
  return {
    ...reading,
    ...(instances.length > 0 ? { instances } : {}),
    host: {
      'dns.lookups_answered': counted(rows) - unanswered,
      'dns.lookups_unanswered': unanswered,
      'dns.lookups_unfinished': Math.max(0, begun - (numbers['ended'] ?? 0)),
      'dns.lookups_failed': counted(failed),
      'dns.lookups_unknown': counted(unknown),
      'dns.longest_wait': longest(reading.instances ?? []),
      ...(most ? { 'dns.lookup_error': most.labels['result'] ?? '' } : {}),
    },
  }
}

/** The time one process spent in its lookups, of the one that spent most. */
function longest(instances: readonly Instance[]): number {
  return instances.reduce((most, { values }) => Math.max(most, Number(values['process.lookup_wait'] ?? 0)), 0)
}

function isError(result: string): boolean {
  return result === 'error' || Object.values(ERRORS).includes(result)
}

export const probe: Probe = {
  id: 'dns_latency',
  answers: 'dns.lookup_latency',
  gives: [
    'dns.lookup_latency',
    'dns.lookups',
    'dns.lookups_answered',
    'dns.lookups_unanswered',
    'dns.lookups_unfinished',
    'dns.lookups_failed',
    'dns.lookup_error',
    'dns.lookups_unknown',
    'dns.longest_wait',
    'process.lookups_unknown',
    'process.lookups_failed',
    'peer.lookups_failed',
    'process.lookup_wait',
    'peer.lookup_wait',
  ],
  asks: 'How long do name lookups take, which resolver answers late, with an error or not at all, and who waits?',
  tells:
    'Below 1 ms is a cache on this host, a few milliseconds the own network, 20 to 200 ms a resolver that has to ask others. 1 s, 5 s and their multiples are time limits of the library: an answer was lost or the resolver is dead. Answered and yet 5 s: one of two questions (A and AAAA) was lost. SERVFAIL: the resolver cannot ask others or does not believe their answers; REFUSED: it does not serve this host.',
  seconds: 10,
  counted: [...called.map((call) => `syscalls:sys_enter_${call.replace(/\(.*/, '')}`), 'syscalls:sys_exit_read'],
  checked:
    'A resolver that answers after 20 ms, and never for one name: 22 ms answered; the time limit of 1 s unanswered.',
  // Logs print the address of an address, not the port: only a program that reads it knows which socket asks a resolver.
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.25,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: {
          labels: ['resolver', 'result', 'pid', 'comm'],
          names: { result: (got) => RESULTS[got] ?? ERRORS[got] ?? 'error' },
          of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
        },
        numbers: [
          { map: '@begun', name: 'begun', unit: 1 },
          { map: '@ended', name: 'ended', unit: 1 },
        ],
      },
      read,
    }),
  ],
}
