// migrations: which threads the scheduler moves from CPU to CPU.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Probe } from '../../model/probe.ts'
import program from './migrations.bt'

const events = ['sched:sched_migrate_task(pid)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'sched:sched_migrate_task' }],
  labels: { thread: { field: 'pid' } },
}

const read = answering('sched.migrations')

export const probe: Probe = {
  id: 'migrations',
  answers: 'sched.migrations',
  gives: ['sched.migrations'],
  asks: 'Which threads does the scheduler move from CPU to CPU?',
  tells:
    'Thousands a second of one thread: it loses its caches each time; pin it, or have fewer runnable threads than CPUs.',
  seconds: 5,
  counted: ['sched:sched_migrate_task'],
  checked: 'Three spinners on two CPUs: those three.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.4,
      maps: { rows: { labels: ['thread'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    histTrigger({ question, events, read }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
