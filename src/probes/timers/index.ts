// timers: which timers expire, and how often, by the function they call.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './expirations.bt'

const events = ['timer:hrtimer_expire_entry(function)', 'timer:timer_expire_entry(function)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'timer:hrtimer_expire_entry' }, { event: 'timer:timer_expire_entry' }],
  labels: { function: { field: 'function' } },
}

const table = answering('timer.expirations')

const read: Reader = (measured) => {
  const [top] = [...(measured.rows ?? [])].sort((a, b) => b.count - a.count)
  return { ...table(measured), ...(top ? { host: { 'timer.most_frequent': top.labels['function'] ?? '' } } : {}) }
}

export const probe: Probe = {
  id: 'timers',
  answers: 'timer.expirations',
  gives: ['timer.expirations', 'timer.most_frequent'],
  asks: 'Which timers expire, and how often?',
  tells:
    'hrtimer_wakeup: programs that sleep or wait with a time limit, thousands a second are loops of short sleeps. tick_nohz_handler, tick_sched_timer: the tick, at most its frequency for each busy CPU. posix_timer_fn, timerfd_tmrproc, it_real_fn: timers of programs. perf_swevent_hrtimer: a profiler. tcp_…: connections.',
  seconds: 3,
  counted: ['timer:hrtimer_expire_entry', 'timer:timer_expire_entry'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 1000),
  checked: 'Eight threads that sleep a millisecond at a time: hrtimer_wakeup, some thousand a second.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.6,
      maps: { rows: { labels: ['function'], of: [{ map: '@fired', is: 'count' }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
