// syscall_latency: how long system calls take, and which ones take the time of whom. What waits for something to happen is kept out of the histogram.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import { namingCalls } from '../../instruments/naming-calls.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { merged } from '../../model/distribution.ts'
import type { Row } from '../../model/tally.ts'
import type { Probe } from '../../model/probe.ts'
import program from './latency.bt'

const events = ['raw_syscalls:sys_enter(id)', 'raw_syscalls:sys_exit(id)']

/** An idle program sits in one of these: long is not slow. */
const WAITS =
  /^(?:e?poll|ppoll|epoll_p?wait2?|p?select6?|(?:clock_)?nanosleep|futex.*|wait4|waitid|pause|rt_sig(?:suspend|timedwait)|restart_syscall|io_getevents|io_pgetevents|io_uring_enter|mq_timedreceive|msgrcv|semop|semtimedop|accept4?)$/

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'raw_syscalls:sys_enter', key: ['@pid'] }],
  end: [{ event: 'raw_syscalls:sys_exit', key: ['@pid'] }],
  labels: { pid: { field: '@process' }, syscall: { field: 'id' }, comm: { field: '@comm' } },
  parts: ['syscall'],
}

const works = ({ labels }: Pick<Row, 'labels'>) => !WAITS.test(labels['syscall'] ?? '')

const table = answering('syscall.latency_by')
const calls = answering('syscall.latency', {
  by: [{ domain: 'process', metric: 'process.syscall_time', value: 'seconds', name: 'pid' }],
})

const read: Reader = ({ rows = [], parts = [] }) => {
  const own = rows.filter(works)
  const reading = calls({ histogram: merged(parts.filter(works).map(({ distribution }) => distribution)), rows: own })
  const slowest = slowestOf(own)
  return {
    ...reading,
    answers: { ...reading.answers, ...table({ rows }).answers },
    ...(slowest === undefined ? {} : { host: { 'syscall.slowest': slowest } }),
  }
}

function slowestOf(rows: readonly Row[]): string | undefined {
  const times = new Map<string, number>()
  for (const { labels, seconds = 0 } of rows) {
    const name = labels['syscall'] ?? ''
    times.set(name, (times.get(name) ?? 0) + seconds)
  }
  return [...times].sort(([, a], [, b]) => b - a)[0]?.[0]
}

export const probe: Probe = {
  id: 'syscall_latency',
  answers: 'syscall.latency',
  gives: ['syscall.latency', 'syscall.latency_by', 'process.syscall_time', 'syscall.slowest'],
  asks: 'How long do system calls take, and which ones take the time?',
  tells:
    'Reads and writes of milliseconds wait for a device, a pipe or a peer; opens of milliseconds for a file system or a server behind it; mmap and munmap for mmap_lock. Calls that wait for something to happen (poll, futex, sleep, wait) are in the table only: an idle program sits there.',
  seconds: 3,
  counted: ['raw_syscalls:sys_enter', 'raw_syscalls:sys_exit'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 20),
  checked: 'dd oflag=dsync: its writes at the time of a flush, its reads below a microsecond.',
  backEnds: [
    namingCalls(
      (named) =>
        bpftrace({
          program,
          events,
          microseconds: 0.45,
          maps: {
            histogram: { map: '@latency', unit: 1e-6, parts: ['syscall'] },
            rows: { labels: ['pid', 'syscall', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
          },
          read: named,
        }),
      read,
    ),
    namingCalls((named) => ftraceLog({ question, events, read: named }), read),
    namingCalls((named) => systemtap({ question, events, read: named }), read),
    namingCalls((named) => systemtapBuild({ question, events, read: named }), read),
    lttng({ question, events, read }),
  ],
}
