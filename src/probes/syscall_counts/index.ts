// syscall_counts: which system calls are made, how often, and by which process.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { lttng } from '../../instruments/lttng.ts'
import { namingCalls } from '../../instruments/naming-calls.ts'
import { perfTrace } from '../../instruments/perf-trace.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { readSyscount } from '../../instruments/syscount.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import program from './calls.bt'

const events = ['raw_syscalls:sys_enter(id)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'raw_syscalls:sys_enter' }],
  labels: { pid: { field: '@process' }, syscall: { field: 'id' }, comm: { field: '@comm' } },
}

const counts = answering('syscall.counts', {
  by: [{ domain: 'process', metric: 'process.syscalls', value: 'count', name: 'pid' }],
})

/** Counts only: some back ends know times, and would be sorted by them. The most frequent call and who makes it, for a sentence. */
const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map(({ labels, count }) => ({ labels, count }))
  const total = rows.reduce((sum, { count }) => sum + count, 0)
  const top = rows.reduce<(typeof rows)[number] | undefined>(
    (most, row) => (most && most.count >= row.count ? most : row),
    undefined,
  )
  return {
    ...counts({ rows }),
    ...(top
      ? {
          host: {
            'syscall.total': total,
            'syscall.most_frequent': top.labels['syscall'] ?? '',
            ...(top.labels['comm'] === undefined ? {} : { 'syscall.most_frequent_process': top.labels['comm'] }),
            'syscall.most_frequent_share': Math.round((1000 * top.count) / total) / 10,
          },
        }
      : {}),
  }
}

export const probe: Probe = {
  id: 'syscall_counts',
  answers: 'syscall.counts',
  gives: [
    'syscall.counts',
    'process.syscalls',
    'syscall.total',
    'syscall.most_frequent',
    'syscall.most_frequent_process',
    'syscall.most_frequent_share',
  ],
  asks: 'Which system calls are made, how often, and by whom?',
  tells:
    'Hundreds of thousands of small reads and writes: larger buffers. Many clock_gettime or gettimeofday: the clock source is one that needs the kernel. futex: threads that meet at locks. sched_yield: threads that spin and wait. Few calls and much system time: each of them is expensive, see cpu.hot_stacks.',
  seconds: 3,
  counted: ['raw_syscalls:sys_enter'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 20),
  checked: 'dd bs=1 count=100000 from zero to null: 100,003 reads and 100,003 writes of it.',
  backEnds: [
    namingCalls(
      (named) =>
        bpftrace({
          program,
          events,
          microseconds: 0.37,
          maps: { rows: { labels: ['pid', 'syscall', 'comm'], of: [{ map: '@calls', is: 'count' }] } },
          read: named,
        }),
      read,
    ),
    libbpfTool({
      tool: 'syscount',
      args: ['-d', '{seconds}', '-T', '40'],
      pidArgs: ['-p', '{pid}'],
      events,
      microseconds: 0.1,
      parse: readSyscount,
      read,
    }),
    perfTrace({ events, read }),
    namingCalls((named) => ftraceLog({ question, events, read: named }), read),
    namingCalls((named) => systemtap({ question, events, read: named }), read),
    namingCalls((named) => systemtapBuild({ question, events, read: named }), read),
    lttng({ question, events, read }),
  ],
}
