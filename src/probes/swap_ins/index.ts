// swap_ins: who waits for pages from swap, and how long each time.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { vmstatCounter } from '../../instruments/counter.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { merged } from '../../model/distribution.ts'
import type { Probe } from '../../model/probe.ts'
import program from './waits.bt'

const FAULTS = ['exceptions:page_fault_user', 'exceptions:page_fault_kernel']
const ADDED = 'filemap:mm_filemap_add_to_page_cache'
/** An event of perf: the kernel counts it at the end of a fault that waited for a device. */
const MAJOR = 'major-faults'
const events = [...FAULTS, ADDED]

/** A fault that put a page into the page cache was one of a file, and ends there. */
const question: Pairs = {
  kind: 'pairs',
  start: FAULTS.map((event) => ({ event, key: ['@pid'] })),
  end: [ADDED, MAJOR].map((event) => ({ event, key: ['@pid'] })),
  labels: { end: { field: '@event' }, pid: { field: '@process' }, comm: { field: '@comm' } },
  parts: ['end'],
}

const read = answering('memory.swap_wait', {
  table: 'memory.swap_ins',
  by: [{ domain: 'process', metric: 'process.swap_wait', value: 'seconds', name: 'pid' }],
})

const readLog: Reader = ({ rows = [], parts = [] }) =>
  read({
    histogram: merged(parts.filter(({ labels }) => labels['end'] === MAJOR).map(({ distribution }) => distribution)),
    rows: rows.flatMap(({ labels: { end, ...labels }, ...row }) => (end === MAJOR ? [{ ...row, labels }] : [])),
  })

export const probe: Probe = {
  id: 'swap_ins',
  answers: 'memory.swap_wait',
  gives: ['memory.swap_wait', 'memory.swap_ins', 'process.swap_wait'],
  asks: 'Who waits for pages from swap, and how long each time?',
  tells:
    'Each is a stop in the middle of computing. Tens of microseconds: compressed memory (zram), or an SSD that has little else to do; milliseconds: a disk, or a queue at it, see block_latency. Many short ones add up: the time of a process in the table against the length of the look is what it lost. Who waits is not who took the memory.',
  seconds: 5,
  counted: events,
  control: vmstatCounter(['pswpin'], 'pages swapped in', 100),
  checked:
    'A program that reads 96 MiB at random in a group of 48 MiB, beside one that reads a mapped file from disk: that program alone, as many times as it is told major faults.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.25,
      maps: {
        histogram: { map: '@wait', unit: 1e-6 },
        rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    perfLog({ question, events, each: true, read: readLog }),
  ],
}
