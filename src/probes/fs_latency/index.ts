// fs_latency: how long calls on files take as programs feel them, from page cache and device alike, by call, process and file system.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './latency.bt'

const CALLS = ['read', 'pread64', 'readv', 'write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'getdents64', 'openat']
/** What a log can tell: a descriptor of the others may as well be a socket or a pipe, and a wait for a peer is no file's. */
const OF_FILES = ['pread64', 'pwrite64', 'fsync', 'fdatasync', 'getdents64', 'openat']

const both = (calls: readonly string[]) =>
  calls.flatMap((call) => [`syscalls:sys_enter_${call}`, `syscalls:sys_exit_${call}`])

const question: Pairs = {
  kind: 'pairs',
  start: OF_FILES.map((call) => ({ event: `syscalls:sys_enter_${call}`, key: ['@pid'] })),
  end: OF_FILES.map((call) => ({ event: `syscalls:sys_exit_${call}`, key: ['@pid'] })),
  labels: {
    call: { field: '@event', names: Object.fromEntries(OF_FILES.map((call) => [`sys_exit_${call}`, call])) },
    pid: { field: '@process' },
    comm: { field: '@comm' },
  },
}

const answer = answering('fs.operation_latency', { table: 'fs.operations' })
const byProcess = answering('', {
  by: [{ domain: 'process', metric: 'process.file_time', value: 'seconds', name: 'pid' }],
})

const read: Reader = (measured) => {
  const longest = longestCall(measured)
  const who = (measured.rows ?? []).map((row) => ({ ...row, labels: named(row.labels) }))
  return {
    ...byProcess({ rows: who }),
    ...answer(measured),
    ...(longest === undefined ? {} : { host: { 'fs.longest_call': longest } }),
  }
}

function named({ pid = '', comm = '' }: Readonly<Record<string, string>>): Record<string, string> {
  return { pid, comm }
}

/** The call that took most time together. */
function longestCall({ rows = [] }: Parameters<Reader>[0]): string | undefined {
  const times = new Map<string, number>()
  for (const { labels, seconds = 0 } of rows) {
    const call = labels['call']
    if (call !== undefined) times.set(call, (times.get(call) ?? 0) + seconds)
  }
  return [...times].sort(([, a], [, b]) => b - a)[0]?.[0]
}

export const probe: Probe = {
  id: 'fs_latency',
  answers: 'fs.operation_latency',
  gives: ['fs.operation_latency', 'fs.operations', 'process.file_time', 'fs.longest_call'],
  asks: 'How long do calls on files take, as programs feel them?',
  tells:
    'Microseconds come from the page cache. A second peak of 0.1 to 10 ms is the device: compare it with block_latency; longer than the device takes is waiting for a lock, the journal or the dirty-page limit. Fast here and slow for users: it is not the file system. Page faults on mapped files and io_uring are not seen; logs (perf, Ftrace) leave out read and write too, whose descriptor may be a socket.',
  seconds: 5,
  counted: CALLS.map((call) => `syscalls:sys_enter_${call}`),
  checked:
    'fio with 4 KiB reads and writes and an fsync after every eighth: its fsyncs and the reads that missed the cache at the time of the device, its writes at microseconds.',
  backEnds: [
    bpftrace({
      program,
      events: both(CALLS),
      microseconds: 0.85,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: {
          labels: ['call', 'pid', 'file_system', 'comm'],
          names: { call: (name) => name.replace('tracepoint:syscalls:sys_exit_', '') },
          of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
        },
      },
      read,
    }),
    perfLog({ question, events: both(OF_FILES), read }),
    ftraceLog({ question, events: both(OF_FILES), read }),
  ],
}
