// accept_queue: how long finished connections wait until the program that listens takes them, by port and process.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './accepts.bt'

const events = [
  'sock:inet_sock_set_state(skaddr,oldstate,newstate)',
  'syscalls:sys_exit_accept4(ret)',
  'syscalls:sys_exit_accept(ret)',
]

/**
 * Who accepts gives the connection's socket to its file (security_sock_graft): also by io_uring. What it is looked up by stands in its first bytes,
 * in the same places as long as there is the tracepoint: the port at 14, the family at 16 (2, 10), the state at 18 (3: still in the handshake, it came with data by Fast Open).
 */
const question: Pairs = {
  kind: 'pairs',
  start: [
    {
      event: 'sock:inet_sock_set_state',
      key: ['skaddr'],
      when: [
        ['oldstate', '==', 3],
        ['newstate', '==', 1],
      ],
    },
  ],
  end: [
    {
      event: '{id}:accepted',
      key: ['sk'],
      when: [
        ['family', '&', 2],
        ['state', '!=', 3],
      ],
    },
  ],
  labels: {
    port: { field: 'port', type: 'u16' },
    pid: { field: '@pid' },
    comm: { field: 'comm', type: 'char[]' },
  },
}

const answer = answering('tcp.accept_wait', {
  table: 'tcp.accepts',
  by: [{ domain: 'process', metric: 'process.accept_wait', value: 'seconds', name: 'pid' }],
})

const read: Reader = (measured) => {
  const ports = new Map<string, number>()
  for (const { labels, seconds = 0 } of measured.rows ?? [])
    ports.set(labels['port'] ?? '', (ports.get(labels['port'] ?? '') ?? 0) + seconds)
  const [longest] = [...ports].sort(([, a], [, b]) => b - a)
  return {
    ...answer(measured),
    host: {
      'tcp.accepted_earlier': measured.numbers?.['earlier'] ?? 0,
      ...(longest ? { 'tcp.accept_port': longest[0] } : {}),
    },
  }
}

export const probe: Probe = {
  id: 'accept_queue',
  answers: 'tcp.accept_wait',
  gives: ['tcp.accept_wait', 'tcp.accepts', 'process.accept_wait', 'tcp.accept_port', 'tcp.accepted_earlier'],
  asks: 'How long do finished connections wait until the program takes them, at which port?',
  tells:
    'The client believes it is connected and has sent its request: this wait is part of every answer it gets, and no counter shows it. Below a millisecond the program is waiting in accept. Milliseconds: its threads do something else first, or have no CPU; a larger backlog makes the wait longer, not shorter. Connections that waited before the look began count from there: a peak at its length is a queue that is longer than that (by kprobe they are only counted). Nothing in the answer while ss -ltn shows a queue: the program accepts nothing at all, or by io_uring, which bpftrace does not see.',
  seconds: 5,
  counted: events.map((event) => event.replace(/\(.*/, '')),
  checked:
    'A server that pauses 60 ms after three of four connections, with 20 clients a second: 16 ms to 33 ms after a pause, 0.2 ms after none. Four clients at once whose server takes one each 30 ms, under a stock Debian kernel (kprobe): 0, 30, 60 and 90 ms.',
  // A log of events prints neither the address of the socket nor what a descriptor is: who looks at neither cannot tell which connection was taken.
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.25,
      maps: {
        histogram: { map: '@wait', unit: 1e-6 },
        rows: { labels: ['port', 'pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
        numbers: [{ map: '@earlier', name: 'earlier', unit: 1 }],
      },
      read,
    }),
    histTrigger({
      id: 'kprobe',
      question,
      mechanism: 'kprobe',
      events: ['sock:inet_sock_set_state(skaddr,oldstate,newstate)'],
      define: [
        {
          file: 'kprobe_events',
          line: 'p:{id}/accepted security_sock_graft sk=$arg1:u64 port=+14($arg1):u16 family=+16($arg1):u16 state=+18($arg1):u8 comm=$comm',
          name: '{id}/accepted',
        },
      ],
      // A kprobe costs more than a tracepoint.
      microseconds: 1,
      pidAt: 'end',
      unmatched: 'earlier',
      read,
    }),
  ],
}
