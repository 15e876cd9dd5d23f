// dirty_throttling: which writers the kernel makes pause at the dirty-page limit, and for how long.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './pauses.bt'

const events = ['writeback:balance_dirty_pages(pause)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'writeback:balance_dirty_pages', when: [['pause', '>', 0]] }],
  labels: { pid: { field: '@pid' }, comm: { field: '@comm' } },
  seconds: { field: 'pause', unit: 0.001 },
}

const read = answering('fs.dirty_pauses', {
  by: [{ domain: 'process', metric: 'process.dirty_pause', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'dirty_throttling',
  answers: 'fs.dirty_pauses',
  gives: ['fs.dirty_pauses', 'process.dirty_pause'],
  asks: 'Which writers are made to pause at the dirty-page limit, and for how long?',
  tells:
    'A pause near 200 ms is the longest there is: the writer is held to the speed of the disk. Writers of another disk or group that pause too: the limit of the whole host is reached.',
  seconds: 5,
  counted: ['writeback:balance_dirty_pages'],
  checked: 'dd of 6 GiB to a slow disk: that dd, pauses of some ms to 200 ms.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.8,
      maps: { rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 0.001 }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
