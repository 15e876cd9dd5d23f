// block_issuers: who issues block I/O, to which disk, and how much.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { diskIos } from '../../instruments/counter.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Probe } from '../../model/probe.ts'
import program from './issuers.bt'

const events = ['block:block_rq_issue(dev,bytes,rwbs,comm)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'block:block_rq_issue', when: [['bytes', '>', 0]] }],
  labels: { device: { field: 'dev' }, op: { field: 'rwbs' }, comm: { field: 'comm' } },
  bytes: { field: 'bytes', unit: 1 },
}

const read = answering('block.issuers')

export const probe: Probe = {
  id: 'block_issuers',
  answers: 'block.issuers',
  gives: ['block.issuers'],
  asks: 'Who issues block I/O, to which disk, and how much?',
  tells:
    'Kernel threads (kworker, jbd2) write what others dirtied; a program that reads or syncs is named itself. Many small ones of one program: batch them.',
  seconds: 5,
  counted: ['block:block_rq_issue'],
  control: diskIos,
  checked: 'dd oflag=dsync of 4 KiB: that dd, and the journal as metadata (WSM).',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 0.7,
        maps: { rows: { labels: ['device', 'op', 'comm'], of: [{ map: '@by', is: 'bytes' }] } },
        read,
      }),
    ),
    namingDisks(histTrigger({ question, events, read })),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
    namingDisks(systemtap({ question, events, read })),
    namingDisks(systemtapBuild({ question, events, read })),
    namingDisks(lttng({ question, events, read })),
  ],
}
