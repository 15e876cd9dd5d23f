// large_allocations: who asks the kernel for large pieces of memory.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './large.bt'

const events = ['kmem:mm_page_alloc(order)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'kmem:mm_page_alloc', when: [['order', '>=', 3]] }],
  labels: { order: { field: 'order' }, comm: { field: '@comm' } },
}

const read = answering('memory.large_allocations')

export const probe: Probe = {
  id: 'large_allocations',
  answers: 'memory.large_allocations',
  gives: ['memory.large_allocations'],
  asks: 'Who asks the kernel for large pieces of memory?',
  tells:
    'Order 9 is a huge page of 2 MiB, order 3 and more need memory in one piece: with fragmentation these wait for compaction or fail.',
  seconds: 5,
  counted: ['kmem:mm_page_alloc'],
  checked: 'A program that touches anonymous memory with huge pages: order 9 of that program.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.2,
      maps: { rows: { labels: ['order', 'comm'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
