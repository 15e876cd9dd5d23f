// open_failures: which processes try to open files they cannot have, and why they cannot.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { errorName } from '../../instruments/error-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './opens.bt'

const EXIT = 'syscalls:sys_exit_openat'
const events = [`${EXIT}(ret)`]
/** Below: restarts, which no program sees. */
const LAST_ERROR = -512

const question: Counts = {
  kind: 'counts',
  of: [
    {
      event: EXIT,
      when: [
        ['ret', '<', 0],
        ['ret', '>', LAST_ERROR],
      ],
    },
  ],
  labels: { pid: { field: '@process' }, error: { field: 'ret' }, comm: { field: '@comm' } },
}

const failures = answering('file.open_failures', {
  by: [{ domain: 'process', metric: 'process.open_failures', value: 'count', name: 'pid' }],
})

const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map((row): Row => ({
    ...row,
    labels: { ...row.labels, error: errorName(row.labels['error'] ?? '') },
  }))
  const of = (error: string) => rows.filter(({ labels }) => labels['error'] === error)
  const total = (some: readonly { readonly count: number }[]) => some.reduce((sum, { count }) => sum + count, 0)
  const refused = new Map<string | undefined, number>()
  for (const { labels, count } of of('EROFS')) refused.set(labels['pid'], (refused.get(labels['pid']) ?? 0) + count)
  const reading = failures({ rows })
  return {
    ...reading,
    instances: (reading.instances ?? []).map((one) => ({
      ...one,
      values: { ...one.values, 'process.open_refused': refused.get(one.labels?.['pid'] ?? one.name) ?? 0 },
    })),
    host: { 'file.open_missing': total(of('ENOENT')), 'file.open_read_only': total(of('EROFS')) },
  }
}

export const probe: Probe = {
  id: 'open_failures',
  answers: 'file.open_failures',
  gives: [
    'file.open_failures',
    'process.open_failures',
    'process.open_refused',
    'file.open_missing',
    'file.open_read_only',
  ],
  asks: 'Which processes fail to open files, and why?',
  tells:
    'ENOENT, hundreds a second: a search path that is too long, or a file somebody waits for. EMFILE, ENFILE: a limit of open files. EACCES, EPERM: rights. ENOSPC, EROFS, EIO: the file system. Paths are not looked at; strace -e trace=openat -p PID shows them for one process. Programs of musl use another call, which is not counted.',
  seconds: 5,
  counted: ['syscalls:sys_enter_openat'],
  checked:
    'A program that opens a file that is not there and, every fourth time, a folder for writing: ENOENT and EISDIR, four to one.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.3,
      maps: { rows: { labels: ['pid', 'error', 'comm'], of: [{ map: '@failed', is: 'count' }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
