// futex_wait: how long threads wait for each other in user space: for mutexes, and for conditions and semaphores, kept apart.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import type { Measured } from '../../instruments/measured.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { merged } from '../../model/distribution.ts'
import type { Probe } from '../../model/probe.ts'
import program from './wait.bt'

const events = ['syscalls:sys_enter_futex(op)', 'syscalls:sys_exit_futex']

/** glibc locks a mutex with the plain wait; conditions, semaphores and timed waits use the one with a bit set: idle workers sit there. */
const MUTEX = 'mutex'
const KINDS: Readonly<Record<string, string>> = {
  0: MUTEX,
  6: MUTEX,
  13: MUTEX,
  9: 'condition or semaphore',
  11: 'condition',
}
/** FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME and both. */
const FLAGS = [0, 128, 256, 384]
const WAITS = Object.keys(KINDS).flatMap((op) => FLAGS.map((flag) => Number(op) + flag))
const names = Object.fromEntries(WAITS.map((op) => [`0x${op.toString(16).padStart(8, '0')}`, KINDS[op % 128] ?? '']))

const question: Pairs = {
  kind: 'pairs',
  start: WAITS.map((op) => ({ event: 'syscalls:sys_enter_futex', key: ['@pid'], when: [['op', '==', op]] })),
  end: [{ event: 'syscalls:sys_exit_futex', key: ['@pid'] }],
  labels: {
    pid: { field: '@process' },
    wait: { field: 'op', at: 'start', names: { ...names, ...shorter(names) } },
    comm: { field: '@comm' },
  },
  parts: ['wait'],
}

/** Ftrace prints fewer zeros than perf; SystemTap and LTTng print decimals. */
function shorter(all: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([op, kind]) => [
      [`0x${Number(op).toString(16)}`, kind],
      [String(Number(op)), kind],
    ]),
  )
}

const table = answering('lock.futex_by')
const mutexes = answering('lock.futex_wait', {
  by: [{ domain: 'process', metric: 'process.futex_wait', value: 'seconds', name: 'pid' }],
})

/** The answer and the culprits are waits for mutexes; the table has all of them. */
const read: Reader = ({ rows = [], parts = [] }: Measured) => {
  const own = mutexes({
    histogram: merged(parts.filter(({ labels }) => labels['wait'] === MUTEX).map(({ distribution }) => distribution)),
    rows: rows.filter(({ labels }) => labels['wait'] === MUTEX),
  })
  return { ...own, answers: { ...own.answers, ...table({ rows }).answers } }
}

/** bpftrace prints the kind as a number. */
const readNumbers: Reader = (measured) =>
  read({
    ...measured,
    parts: (measured.parts ?? []).map((part) => ({
      ...part,
      labels: { wait: KINDS[part.labels['wait'] ?? ''] ?? '' },
    })),
  })

export const probe: Probe = {
  id: 'futex_wait',
  answers: 'lock.futex_wait',
  gives: ['lock.futex_wait', 'lock.futex_by', 'process.futex_wait'],
  asks: 'How long do threads wait for mutexes of their program?',
  tells:
    'Microseconds are threads that meet at a lock and pass. A second mode of milliseconds means the holder is away while it holds the lock: it sleeps, does I/O or waits for a CPU. Waits for conditions and semaphores are in the table only: idle workers sit there. A thread that never gets its lock does not return and is not counted: see lock.held and lock.deadlock.',
  seconds: 5,
  counted: ['syscalls:sys_enter_futex', 'syscalls:sys_exit_futex'],
  checked:
    'Eight threads at a mutex that is held 3 ms by every eighth turn: two modes, below 64 µs and above 2 ms; idle workers of node in the table only.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.7,
      maps: {
        histogram: { map: '@latency', unit: 1e-6, parts: ['wait'] },
        rows: {
          labels: ['pid', 'wait', 'comm'],
          names: { wait: (op) => KINDS[op] ?? op },
          of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
        },
      },
      read: readNumbers,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
