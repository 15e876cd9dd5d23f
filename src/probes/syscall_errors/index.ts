// syscall_errors: which system calls fail, with which error, and in which process.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { errorName } from '../../instruments/error-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import { namingCalls } from '../../instruments/naming-calls.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Condition, Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Row } from '../../model/tally.ts'
import type { Probe } from '../../model/probe.ts'
import program from './errors.bt'

const events = ['raw_syscalls:sys_exit(id,ret)']

/** What programs do all day: search a path, ask a socket that is empty, wait with a time limit, get a signal. */
const ORDINARY = [-2, -4, -11, -110]
/** Below: restarts, which no program sees. */
const LAST_ERROR = -512

const failed: readonly Condition[] = [
  ['ret', '<', 0],
  ['ret', '>', LAST_ERROR],
  ...ORDINARY.map((error): Condition => ['ret', '!=', error]),
]

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'raw_syscalls:sys_exit', when: failed }],
  labels: { pid: { field: '@process' }, syscall: { field: 'id' }, error: { field: 'ret' }, comm: { field: '@comm' } },
}

const errors = answering('syscall.errors', {
  by: [{ domain: 'process', metric: 'process.syscall_errors', value: 'count', name: 'pid' }],
})

const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map((row): Row => ({
    ...row,
    labels: { ...row.labels, error: errorName(row.labels['error'] ?? '') },
  }))
  const [top] = [...rows].sort((a, b) => b.count - a.count)
  return {
    ...errors({ ...measured, rows }),
    ...(top ? { host: { 'syscall.most_frequent_error': `${top.labels['syscall']} ${top.labels['error']}` } } : {}),
  }
}

export const probe: Probe = {
  id: 'syscall_errors',
  answers: 'syscall.errors',
  gives: ['syscall.errors', 'process.syscall_errors', 'syscall.most_frequent_error'],
  asks: 'Which system calls fail, with which error, and in which process?',
  tells:
    'EMFILE, ENFILE: open files at a limit. ENOMEM of mmap with memory free: a limit of maps or of address space. ENOSPC, EDQUOT: a full file system or quota. ECONNREFUSED, EHOSTUNREACH, EADDRNOTAVAIL of connect: the other side, the path, or no local port left. EBADF in numbers: a program closes what it does not have. EACCES, EPERM: rights.',
  seconds: 5,
  counted: ['raw_syscalls:sys_exit'],
  checked:
    'A program that closes a descriptor it does not have and opens a folder for writing: EBADF and EISDIR of that program, four to one.',
  backEnds: [
    namingCalls(
      (named) =>
        bpftrace({
          program,
          events,
          microseconds: 0.25,
          maps: { rows: { labels: ['pid', 'syscall', 'error', 'comm'], of: [{ map: '@errors', is: 'count' }] } },
          read: named,
        }),
      read,
    ),
    namingCalls((named) => perfLog({ question, events, read: named }), read),
    namingCalls((named) => ftraceLog({ question, events, read: named }), read),
    namingCalls((named) => systemtap({ question, events, read: named }), read),
    namingCalls((named) => systemtapBuild({ question, events, read: named }), read),
    lttng({ question, events, read }),
  ],
}
