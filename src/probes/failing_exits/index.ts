// failing_exits: which programs end with an error, and how: what a supervisor that starts them again hides.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { signalName } from '../../instruments/signal-names.ts'
import type { Instance } from '../../model/metric.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './exits.bt'

const EXIT = 'syscalls:sys_enter_exit_group'
const DELIVER = 'signal:signal_deliver'
const events = [`${EXIT}(error_code)`, `${DELIVER}(sig,sa_handler)`]
/** Without a handler these end the process, and mean a defect of the program. */
const FATAL = [4, 5, 6, 7, 8, 11, 31]

const question: Counts = {
  kind: 'counts',
  of: [
    { event: EXIT, when: [['error_code', '!=', 0]] },
    ...FATAL.map((sig) => ({
      event: DELIVER,
      when: [
        ['sig', '==', sig],
        ['sa_handler', '==', 0],
      ] as const,
    })),
  ],
  labels: {
    pid: { field: '@process' },
    code: { field: 'error_code', or: 'sig' },
    by: { field: '@event' },
    comm: { field: '@comm' },
  },
}

const table = answering('process.failing_exits')

/** exit() keeps the low byte of what it is given; 128 and more are what shells make of signals. */
function endOf({ code = '', by = '' }: Row['labels']): string {
  return by.endsWith('signal_deliver') ? `SIG${signalName(Number(code))}` : `exit ${Number(code) & 255}`
}

/** POSIX: their exit status 1 is the answer no. */
const ANSWERING = new Set([
  'grep',
  'egrep',
  'fgrep',
  'zgrep',
  'cmp',
  'diff',
  'expr',
  'test',
  '[',
  'false',
  'pgrep',
  'which',
])

/** Whether a server is there, by whatever status: scripts ask with them again and again. */
const ASKING = new Set([
  'curl',
  'wget',
  'nc',
  'ncat',
  'ping',
  'ssh',
  'dig',
  'host',
  'nslookup',
  'getent',
  'pg_isready',
  'redis-cli',
  'mysqladmin',
  'timeout',
])

function isAnswer({ comm = '', ...labels }: Row['labels']): boolean {
  return ASKING.has(comm) || (ANSWERING.has(comm) && endOf(labels) === 'exit 1')
}

/** Each start is another process: one row for each name and end. */
const read: Reader = ({ rows = [] }) => {
  const named = rows
    .map((row): Row => ({ ...row, labels: { comm: row.labels['comm'] ?? '?', end: endOf(row.labels) } }))
    .filter(({ labels }) => labels['end'] !== 'exit 0')
  const last = new Map<string, { readonly pid: string; readonly count: number }>()
  for (const { labels, count } of rows.filter((row) => !isAnswer(row.labels))) {
    const comm = labels['comm'] ?? '?'
    last.set(comm, { pid: labels['pid'] ?? '', count: (last.get(comm)?.count ?? 0) + count })
  }
  const ranked = [...last].sort(([, a], [, b]) => b.count - a.count)
  const instances = ranked
    .slice(0, 20)
    .flatMap(([comm, { pid, count }]): Instance[] =>
      /^[1-9]\d*$/.test(pid)
        ? [{ domain: 'process', name: pid, labels: { pid, comm }, values: { 'process.failures': count } }]
        : [],
    )
  const top = ranked[0]
  return {
    answers: table({ rows: named }).answers ?? {},
    host: { 'process.failed_most': top?.[0] ?? '', 'process.failed_times': top?.[1].count ?? 0 },
    ...(instances.length > 0 ? { instances } : {}),
  }
}

export const probe: Probe = {
  id: 'failing_exits',
  answers: 'process.failing_exits',
  gives: ['process.failing_exits', 'process.failures', 'process.failed_most', 'process.failed_times'],
  asks: 'Which programs end with an error, and how?',
  tells:
    'The same program with the same end again and again: it fails as it starts (a port in use, a file that is missing, a limit), and its supervisor starts it once more. SEGV, ABRT, BUS: a defect. exit 1 of grep, test and the like is an answer and no error. exit 137 and 143 of a shell: its child was killed.',
  seconds: 5,
  counted: [EXIT],
  checked:
    'A loop that starts a program which ends with 3, and one that writes to address 8: both, as often as they ran.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.5,
      maps: {
        rows: {
          labels: ['pid', 'code', 'by', 'comm'],
          of: [{ map: '@ended', is: 'count' }],
        },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
