// signals: who sends which signal to whom.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { signalName } from '../../instruments/signal-names.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './signals.bt'

const GENERATE = 'signal:signal_generate'
const events = [`${GENERATE}(sig,code,comm,pid)`]

const question: Counts = {
  kind: 'counts',
  of: [{ event: GENERATE }],
  labels: {
    pid: { field: '@process' },
    signal: { field: 'sig' },
    code: { field: 'code' },
    to: { field: 'pid' },
    receiver: { field: 'comm' },
    comm: { field: '@comm' },
  },
}

/** SI_USER, SI_QUEUE, SI_TKILL: a program asked for it. Everything else the kernel sends, in whose time it happens to be. */
const BY_PROGRAMS: Readonly<Record<string, string>> = { 0: 'kill', '-1': 'sigqueue', '-6': 'tgkill' }
const CHILD = 'CHLD'
const CHILD_ENDED = 'a child ended'
/** To others: a runtime sends tgkill to its own threads all the time. */
const TO_OTHERS = /^(?:kill|sigqueue)$/

function rowOf({ labels, ...amounts }: Row): Row {
  const { pid = '', code = '', to = '', receiver = '', comm = '' } = labels
  const signal = signalName(Number(labels['signal']))
  const how = BY_PROGRAMS[code] ?? (signal === CHILD ? CHILD_ENDED : 'the kernel')
  // Each child is another process: one row for all that ended.
  return { ...amounts, labels: { pid: how === CHILD_ENDED ? '-' : pid, comm, signal, how, to, receiver } }
}

const table = answering('signal.sent')
const senders = answering('', {
  by: [{ domain: 'process', metric: 'process.signals_sent', value: 'count', name: 'pid' }],
})

const read: Reader = ({ rows = [] }) => {
  const named = rows.map(rowOf)
  const { instances } = senders({ rows: named.filter(({ labels }) => TO_OTHERS.test(labels['how'] ?? '')) })
  return { answers: table({ rows: named }).answers ?? {}, ...(instances ? { instances } : {}) }
}

export const probe: Probe = {
  id: 'signals',
  answers: 'signal.sent',
  gives: ['signal.sent', 'process.signals_sent'],
  asks: 'Who sends which signal to whom?',
  tells:
    'KILL or TERM of a process that ends again and again: its supervisor, a health check or the kernel (out of memory) is the sender. SEGV, BUS, ABRT: it crashes. CHLD by the hundred: children that live for milliseconds, see process.executions. URG between threads of a Go program is its scheduler. ALRM, PROF and VTALRM: timers of the program.',
  seconds: 10,
  counted: [GENERATE],
  checked:
    'A shell that sends USR1 to a sleeping one fifty times a second: its signals, with sender and receiver, beside the CHLD of its children.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.6,
      maps: {
        rows: { labels: ['pid', 'signal', 'code', 'to', 'receiver', 'comm'], of: [{ map: '@sent', is: 'count' }] },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
