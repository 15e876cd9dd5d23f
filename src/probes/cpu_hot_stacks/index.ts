// cpu_hot_stacks: which code uses the CPUs: stacks sampled 99 times a second on each.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { withoutIdle } from '../../flame/index.ts'
import { namingHottest } from '../../instruments/hottest.ts'
import { KINDS, sharesOfKinds } from '../../instruments/kinds.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './profile.bt'

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  const busy = withoutIdle(stacks)
  return {
    answers: { 'cpu.hot_stacks': busy },
    host: {
      ...namingHottest({ function: 'cpu.hot_function', process: 'cpu.hot_process', share: 'cpu.hot_share' }, busy),
      ...sharesOfKinds(busy),
    },
  }
}

export const probe: Probe = {
  id: 'cpu_hot_stacks',
  answers: 'cpu.hot_stacks',
  gives: [
    'cpu.hot_stacks',
    'cpu.hot_function',
    'cpu.hot_process',
    'cpu.hot_share',
    ...KINDS.map(({ metric }) => metric),
  ],
  asks: 'Which code uses the CPUs?',
  tells:
    'The widest stacks are where the time goes; the innermost frame is the code that ran. Many stacks with the same few frames at the root and different leaves: look for the widest common frame. [unknown] frames need symbols or frame pointers.',
  seconds: 5,
  counted: 'sample',
  checked: 'Two spinners in a named function: that function in 9 of 10 samples.',
  // perf first: it starts in a third of the time, and unwinds no more than it is asked to.
  backEnds: [
    perfSample({ microseconds: 10, read }),
    bpftrace({
      program,
      mechanism: 'sampling',
      events: [],
      microseconds: 15,
      maps: { stacks: { map: '@', unit: 'count' } },
      read,
    }),
  ],
}
