// oom_victims: which processes the kernel kills for their memory, and who asked for memory at that moment.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import { vmstatCounter } from '../../instruments/counter.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './victims.bt'

const event = 'oom:mark_victim'
const events = [`${event}(pid,comm,anon_rss)`]

const question: Counts = {
  kind: 'counts',
  of: [{ event }],
  labels: { victim: { field: 'pid' }, asked: { field: '@comm' }, comm: { field: 'comm' } },
}

const told = answering('memory.oom_victims')

/** bpftrace 0.23 reads strings of variable place (__data_loc) from the wrong one: the name is empty there. */
const read: Reader = ({ rows = [] }) =>
  told({
    rows: rows.map((row) => {
      const { comm, ...labels } = row.labels
      return comm === '' ? { ...row, labels } : row
    }),
  })

export const probe: Probe = {
  id: 'oom_victims',
  answers: 'memory.oom_victims',
  gives: ['memory.oom_victims'],
  asks: 'Which processes does the kernel kill for their memory, and who asked for memory then?',
  tells:
    'The same program again and again: something starts it anew and it grows anew; see its limit and what it keeps. The victim is the largest, not the one that grew. With free memory on the host the limit of its group was met.',
  seconds: 10,
  counted: [event],
  control: vmstatCounter(['oom_kill'], 'processes killed', 1),
  checked:
    'A program that fills a group of 32 MiB, started again each time: each of its processes, killed when it asked itself.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 5,
      maps: { rows: { labels: ['victim', 'asked', 'comm'], of: [{ map: '@kB', is: 'bytes', unit: 1024 }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
