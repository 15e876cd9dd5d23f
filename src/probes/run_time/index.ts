// run_time: how long threads run before they leave the CPU.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import program from './runtime.bt'

const events = ['sched:sched_switch(prev_pid,prev_comm,next_pid)']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'sched:sched_switch', key: ['next_pid'], when: [['next_pid', '!=', 0]] }],
  end: [{ event: 'sched:sched_switch', key: ['prev_pid'], when: [['prev_pid', '!=', 0]] }],
  labels: { pid: { field: 'prev_pid' }, comm: { field: 'prev_comm', type: 'char[16]' } },
}

const read = answering('sched.run_time', { table: 'sched.run_by' })

export const probe: Probe = {
  id: 'run_time',
  answers: 'sched.run_time',
  gives: ['sched.run_time', 'sched.run_by'],
  asks: 'How long do threads run before they leave the CPU?',
  tells:
    'Mostly below 50 microseconds: threads that wake each other in turn, locks, or tiny requests. One peak at 3 to 10 ms: they are stopped at the end of their time slice, because others wait.',
  seconds: 5,
  counted: ['sched:sched_switch'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 20),
  checked: 'Three spinners on two CPUs: a peak at the time slice of 3 to 8 ms.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.8,
      maps: {
        histogram: { map: '@run', unit: 1e-6 },
        rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    libbpfTool({
      tool: 'cpudist',
      args: ['{seconds}', '1'],
      pidArgs: ['-p', '{pid}'],
      events,
      microseconds: 0.8,
      read,
    }),
    histTrigger({ question, events, read }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
