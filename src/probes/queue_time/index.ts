// queue_time: how long packets wait in the queue of an interface of this host.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './queue.bt'

const events = ['net:net_dev_queue(skbaddr)', 'net:net_dev_start_xmit(skbaddr,name)']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'net:net_dev_queue', key: ['skbaddr'] }],
  end: [{ event: 'net:net_dev_start_xmit', key: ['skbaddr'] }],
  labels: { interface: { field: 'dev' } },
}

const read = answering('network.queue_time', {
  table: 'network.queue_by',
  by: [{ domain: 'interface', metric: 'interface.queue_wait', value: 'seconds', name: 'interface' }],
})

export const probe: Probe = {
  id: 'queue_time',
  answers: 'network.queue_time',
  gives: ['network.queue_time', 'network.queue_by', 'interface.queue_wait'],
  asks: 'How long do packets wait in the queue of an interface before they are sent?',
  tells:
    'Microseconds: the queue is empty. Milliseconds: a shaper, or a link that is full; the delay is made here and not on the path.',
  seconds: 5,
  counted: ['net:net_dev_queue'],
  checked: 'A connection through a token bucket of 4 Mbit/s: milliseconds; the same without: microseconds.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: { labels: ['interface'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
