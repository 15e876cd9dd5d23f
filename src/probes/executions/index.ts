// executions: which programs are started, by whom, and how long they live: what a list of processes never shows.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Probe } from '../../model/probe.ts'
import program from './executions.bt'

const events = ['sched:sched_process_fork(child_pid)', 'sched:sched_process_exec(pid)']

/** Whoever forked a child started what it becomes. */
const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'sched:sched_process_fork', key: ['child_pid'] }],
  end: [{ event: 'sched:sched_process_exec', key: ['pid'] }],
  labels: {
    pid: { field: '@process', at: 'start' },
    comm: { field: '@comm', at: 'start' },
    program: { field: '@comm' },
  },
}

const table = answering('process.executions')
const parents = answering('', {
  by: [{ domain: 'process', metric: 'process.children_started', value: 'count', name: 'pid' }],
})

const lifetimes = answering('process.lifetimes')

/** Forked before the trace began. */
const NOBODY = '0'

const read: Reader = ({ rows = [] }) => {
  const { instances } = parents({ rows: rows.filter(({ labels }) => labels['pid'] !== NOBODY) })
  const lived = rows
    .filter(({ seconds }) => seconds !== undefined)
    .map((row) => ({ ...row, labels: named(row.labels) }))
  const [top] = [...rows].sort((a, b) => b.count - a.count)
  return {
    answers: {
      // By how often, not by how long they lived.
      ...table({ rows: rows.map(({ labels, count }) => ({ labels: named(labels), count })) }).answers,
      ...(lived.length > 0 ? lifetimes({ rows: lived }).answers : {}),
    },
    ...(top ? { host: { 'process.most_started': top.labels['program'] ?? '' } } : {}),
    ...(instances ? { instances } : {}),
  }
}

function named(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return labels['pid'] === NOBODY ? { ...labels, comm: 'forked before' } : labels
}

/** Between fork and exec nothing is to be learnt. */
const readStarts: Reader = ({ rows = [] }) => read({ rows: rows.map(({ labels, count }) => ({ labels, count })) })

export const probe: Probe = {
  id: 'executions',
  answers: 'process.executions',
  gives: ['process.executions', 'process.lifetimes', 'process.children_started', 'process.most_started'],
  asks: 'Which programs are started, and by whom?',
  tells:
    'Hundreds of starts a second by one parent: a loop in a shell script, a health check, a build, a crash loop. Each start costs a millisecond and more of system time that no process has at the moment somebody looks. Let the parent do the work itself, do it for many at once, or less often.',
  seconds: 10,
  counted: ['sched:sched_process_exec'],
  checked: 'A shell loop that runs date and sleep: both, as often as it did, with the shell as parent.',
  backEnds: [
    bpftrace({
      program,
      events: [...events, 'sched:sched_process_exit'],
      microseconds: 3,
      maps: {
        rows: {
          labels: ['pid', 'comm', 'program'],
          of: [
            { map: '@started', is: 'count' },
            { map: '@lived', is: 'seconds', unit: 1e-6 },
          ],
        },
      },
      read,
    }),
    perfLog({ question, events, read: readStarts }),
    ftraceLog({ question, events, read: readStarts }),
    systemtap({ question, events, read: readStarts }),
    systemtapBuild({ question, events, read: readStarts }),
    lttng({ question, events, read: readStarts }),
  ],
}
