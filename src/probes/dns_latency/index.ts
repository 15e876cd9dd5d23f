// dns_latency: how long name lookups take and which are not answered, by resolver and process.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './queries.bt'

const called = ['connect(fd,uservaddr)', 'sendto(fd,addr)', 'recvfrom(fd)', 'recvmsg(fd)', 'read(fd)', 'close(fd)']
const events = [
  ...called.map((call) => `syscalls:sys_enter_${call}`),
  ...['recvfrom', 'recvmsg', 'read'].map((call) => `syscalls:sys_exit_${call}(ret)`),
]

const told = answering('dns.lookup_latency', {
  table: 'dns.lookups',
  by: [
    { domain: 'process', metric: 'process.lookup_wait', value: 'seconds', name: 'pid' },
    { domain: 'peer', metric: 'peer.lookup_wait', value: 'seconds', name: 'resolver' },
  ],
})

const read: Reader = (measured) => {
  const { rows = [], numbers = {} } = measured
  const counted = (result: string) =>
    rows.filter(({ labels }) => labels['result'] === result).reduce((sum, { count }) => sum + count, 0)
  const begun = numbers['begun'] ?? 0
  return {
    ...told(measured),
    host: {
      'dns.lookups_answered': counted('answered'),
      'dns.lookups_unanswered': counted('unanswered'),
      'dns.lookups_unfinished': Math.max(0, begun - (numbers['ended'] ?? 0)),
    },
  }
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
    'process.lookup_wait',
    'peer.lookup_wait',
  ],
  asks: 'How long do name lookups take, which resolver answers late or not at all, and who waits?',
  tells:
    'Below 1 ms is a cache on this host, a few milliseconds the own network, 20 to 200 ms a resolver that has to ask others. 1 s, 5 s and their multiples are time limits of the library: an answer was lost or the resolver is dead. Answered and yet 5 s: one of two questions (A and AAAA) was lost.',
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
          names: { result: (got) => (got === '0' ? 'unanswered' : 'answered') },
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
