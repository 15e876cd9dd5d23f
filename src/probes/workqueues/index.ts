// workqueues: which work the kernel's workers do, and how long it takes: what is behind a busy kworker.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './work.bt'

const START = 'workqueue:workqueue_execute_start'
const END = 'workqueue:workqueue_execute_end'
const events = [`${START}(work,function)`, `${END}(work)`]

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: START, key: ['work'] }],
  end: [{ event: END, key: ['work'] }],
  labels: { function: { field: 'function', at: 'start' } },
}

const answer = answering('workqueue.time', { table: 'workqueue.by' })

const read: Reader = (measured) => {
  const [top] = [...(measured.rows ?? [])].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
  return { ...answer(measured), ...(top ? { host: { 'workqueue.longest': top.labels['function'] ?? '' } } : {}) }
}

export const probe: Probe = {
  id: 'workqueues',
  answers: 'workqueue.time',
  gives: ['workqueue.time', 'workqueue.by', 'workqueue.longest'],
  asks: 'Which work do the kernel’s workers do, and how long does it take?',
  tells:
    'The function names whose work a busy kworker does: wb_workfn is writeback, of a disk that is in the name of the worker; drm_, i915_ graphics; the name of a driver: that device; flush_memcg_stats_dwork, vmstat_update, psi_avgs_work: bookkeeping, microseconds each. Work of many milliseconds keeps its queue from other work.',
  seconds: 5,
  counted: [START],
  checked: 'A dd of new data and a sync: wb_workfn with the time of the write, beside bookkeeping of microseconds.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.8,
      maps: {
        histogram: { map: '@time', unit: 1e-6 },
        rows: { labels: ['function'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
