// reclaim_latency: how long tasks had to free memory before they got some, for the host or for the limit of their group.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './reclaim.bt'

const KINDS = ['direct', 'memcg']
const begin = KINDS.map((kind) => `vmscan:mm_vmscan_${kind}_reclaim_begin`)
const end = KINDS.map((kind) => `vmscan:mm_vmscan_${kind}_reclaim_end`)
const events = [...begin, ...end]

const question: Pairs = {
  kind: 'pairs',
  start: begin.map((event) => ({ event, key: ['@pid'] })),
  end: end.map((event) => ({ event, key: ['@pid'] })),
  labels: { pid: { field: '@pid' }, comm: { field: '@comm' } },
}

const read = answering('memory.reclaim_latency', {
  table: 'memory.reclaim_by',
  by: [{ domain: 'process', metric: 'process.reclaim_wait', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'reclaim_latency',
  answers: 'memory.reclaim_latency',
  gives: ['memory.reclaim_latency', 'memory.reclaim_by', 'process.reclaim_wait'],
  asks: 'How long do tasks have to free memory before they get some, and which?',
  tells:
    'Milliseconds of a program here are milliseconds of its requests. Who waits is not always who holds the memory: look for the largest and the growing ones. With free memory on the host it is the limit of a group.',
  seconds: 5,
  counted: begin,
  checked:
    'A process that reads a file twice as large as the limit of its group: some hundred calls a second of 60 to 500 microseconds.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.9,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
