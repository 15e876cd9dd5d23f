// wakeup_latency: how long threads wait for a CPU after they became runnable.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { bccTool, libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import program from './latency.bt'

const events = [
  'sched:sched_wakeup(pid)',
  'sched:sched_wakeup_new(pid)',
  'sched:sched_switch(prev_pid,prev_state,next_pid,next_comm)',
]

/** prev_state 256: preempted (R+). Leaving it out loses every involuntary switch. */
const question: Pairs = {
  kind: 'pairs',
  start: [
    { event: 'sched:sched_wakeup', key: ['pid'] },
    { event: 'sched:sched_wakeup_new', key: ['pid'] },
    {
      event: 'sched:sched_switch',
      key: ['prev_pid'],
      when: [
        ['prev_pid', '!=', 0],
        ['prev_state', '==', 0],
      ],
    },
    {
      event: 'sched:sched_switch',
      key: ['prev_pid'],
      when: [
        ['prev_pid', '!=', 0],
        ['prev_state', '&', 256],
      ],
    },
  ],
  end: [{ event: 'sched:sched_switch', key: ['next_pid'], when: [['next_pid', '!=', 0]] }],
  labels: { pid: { field: 'next_pid' }, comm: { field: 'next_comm', type: 'char[16]' } },
}

const read = answering('sched.wakeup_latency', {
  by: [{ domain: 'process', metric: 'process.wakeup_wait', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'wakeup_latency',
  answers: 'sched.wakeup_latency',
  gives: ['sched.wakeup_latency', 'process.wakeup_wait'],
  asks: 'How long do threads wait for a CPU after they became runnable?',
  tells:
    'Below 1 ms nobody waits. A second peak at 2 to 24 ms is the time slice of others: threads queue for the CPUs. Hundreds of ms: a quota or a priority keeps them from running.',
  seconds: 5,
  counted: ['sched:sched_switch', 'sched:sched_wakeup'],
  control: {
    path: '/proc/stat',
    count: (text) => {
      const found = /^ctxt (\d+)$/m.exec(text)?.[1]
      return found === undefined ? undefined : Number(found)
    },
    of: 'context switches',
    least: 20,
  },
  checked: 'Six spinners on two CPUs: a second peak at 4 to 16 ms in all of them; two spinners on two CPUs: none.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.45,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: { labels: ['pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    libbpfTool({
      tool: 'runqlat',
      args: ['{seconds}', '1'],
      pidArgs: ['-p', '{pid}'],
      events,
      microseconds: 0.45,
      read,
    }),
    histTrigger({ question, events, read }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    bccTool({ tool: 'runqlat', args: ['{seconds}', '1'], pidArgs: ['-p', '{pid}'], events, microseconds: 0.45, read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
