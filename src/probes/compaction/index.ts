// compaction: how long tasks wait for compaction of fragmented memory.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './compaction.bt'

const events = ['compaction:mm_compaction_begin', 'compaction:mm_compaction_end']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'compaction:mm_compaction_begin', key: ['@pid'] }],
  end: [{ event: 'compaction:mm_compaction_end', key: ['@pid'] }],
  labels: { pid: { field: '@pid' }, comm: { field: '@comm' } },
}

const read = answering('memory.compaction_latency', {
  table: 'memory.compaction_by',
  by: [{ domain: 'process', metric: 'process.compaction_wait', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'compaction',
  answers: 'memory.compaction_latency',
  gives: ['memory.compaction_latency', 'memory.compaction_by', 'process.compaction_wait'],
  asks: 'How long do tasks wait for compaction of fragmented memory, and which?',
  tells:
    'A program here asks for large pages (THP, jumbo frames, large buffers) that are not there in one piece. Only kcompactd: the kernel does it in the background, and nobody waits.',
  seconds: 5,
  counted: ['compaction:mm_compaction_begin'],
  checked: 'echo 1 > compact_memory: one run of each zone, of the shell that wrote it.',
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
