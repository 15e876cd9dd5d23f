// sync_latency: how long each call that waits for the device takes (fsync, fdatasync, msync, sync), and who calls it.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { functionGraph } from '../../instruments/function-graph.ts'
import { functionTime } from '../../instruments/function-time.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Probe } from '../../model/probe.ts'
import program from './sync.bt'

const CALLS = ['fsync', 'fdatasync', 'msync', 'sync', 'syncfs', 'sync_file_range']
const events = CALLS.flatMap((call) => [`syscalls:sys_enter_${call}`, `syscalls:sys_exit_${call}`])

const question: Pairs = {
  kind: 'pairs',
  start: CALLS.map((call) => ({ event: `syscalls:sys_enter_${call}`, key: ['@pid'] })),
  end: CALLS.map((call) => ({ event: `syscalls:sys_exit_${call}`, key: ['@pid'] })),
  labels: { pid: { field: '@pid' }, comm: { field: '@comm' } },
}

const read = answering('fs.sync_latency', {
  table: 'fs.sync_by',
  by: [{ domain: 'process', metric: 'process.sync_wait', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'sync_latency',
  answers: 'fs.sync_latency',
  gives: ['fs.sync_latency', 'fs.sync_by', 'process.sync_wait'],
  asks: 'How long does each fsync take, and who calls it?',
  tells:
    'Below a millisecond the device has a write cache it trusts. Many calls of some milliseconds from one process: group its commits. A call that waits much longer than the device takes (see block_latency) waits for the journal, and so for the data of others.',
  seconds: 5,
  counted: CALLS.map((call) => `syscalls:sys_enter_${call}`),
  answersEach: true,
  checked: 'A shell loop of dd conv=fsync: each of its calls, about as long as the flush iostat shows (f_await).',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    // fsync, msync, and writes to files opened with O_SYNC; sync() goes another way, and where the compiler inlined it (Debian's 6.1) fdatasync as well.
    functionGraph({ function: 'vfs_fsync_range', read }),
    functionTime({ function: 'vfs_fsync_range', read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
