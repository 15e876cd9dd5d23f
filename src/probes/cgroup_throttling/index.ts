// cgroup_throttling: which groups are stopped by their CPU quota, and how long each time.
import { bpftrace, type BpftraceMaps } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { namingGroups, namingGroupsOfThreads } from '../../instruments/naming-groups.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Control, Probe } from '../../model/probe.ts'
import queues from './queues.bt'
import threads from './threads.bt'

const event = 'sched:sched_switch'
const events = [`${event}(prev_pid,prev_state,next_pid)`]
const PREEMPTED = 256

/**
 * Who leaves the CPU to nobody although it could go on is stopped by a quota. On a CPU that has other work it cannot be told from a thread
 * that waits for its turn, so logs see less than a program that looks at the queue.
 */
const question: Pairs = {
  kind: 'pairs',
  start: [0, PREEMPTED].map((state) => ({
    event,
    key: ['prev_pid'],
    when: [
      ['prev_state', '==', state],
      ['prev_pid', '!=', 0],
      ['next_pid', '==', 0],
    ],
  })),
  end: [{ event, key: ['next_pid'] }],
  labels: { pid: { field: '@process', at: 'start' }, comm: { field: 'prev_comm', at: 'start' } },
}

const maps: BpftraceMaps = {
  histogram: { map: '@stopped', unit: 1e-6 },
  rows: { labels: ['group', 'pid', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
}

const read = answering('cgroup.throttle_time', {
  table: 'cgroup.throttles',
  by: [
    { domain: 'cgroup', metric: 'cgroup.throttle_wait', value: 'seconds', name: 'group' },
    { domain: 'process', metric: 'process.throttle_wait', value: 'seconds', name: 'pid' },
  ],
})

/** Without a group there is no line, and nothing that could be throttled. */
const throttledPeriods: Control = {
  path: '/sys/fs/cgroup/**/cpu.stat',
  of: 'throttled periods',
  least: 10,
  count: (text) => [...text.matchAll(/^nr_throttled (\d{1,15})$/gm)].reduce((sum, [, n]) => sum + Number(n), 0),
}

export const probe: Probe = {
  id: 'cgroup_throttling',
  answers: 'cgroup.throttle_time',
  gives: ['cgroup.throttle_time', 'cgroup.throttles', 'cgroup.throttle_wait', 'process.throttle_wait'],
  asks: 'Which groups are stopped by their CPU quota, and how long each time?',
  tells:
    'Each time is a pause in the middle of the work, whatever the rest of the host does. About the period (100 ms unless somebody changed it) less the quota by the threads that run at once: the quota is used up early in each period; fewer threads, or a larger quota. Short ones: the quota nearly fits. The time includes the wait for the CPU afterwards.',
  seconds: 5,
  counted: [event],
  control: throttledPeriods,
  checked:
    'Two busy threads in a group below one that may use 30 ms of 100 ms: 20 stops a second, most of them of 64 ms to 128 ms, told of the group that has the quota. By kprobes under a stock Debian kernel, emulated: 38 stops in 2 s, 83 ms each, where 85 ms is right.',
  backEnds: [
    namingGroups(
      (named) =>
        bpftrace({
          id: 'bpftrace-kprobe',
          program: queues,
          mechanism: 'kprobe',
          events: [],
          microseconds: 1,
          maps,
          read: named,
        }),
      read,
    ),
    namingGroups((named) => bpftrace({ program: threads, events, microseconds: 0.3, maps, read: named }), read),
    namingGroupsOfThreads((named) => perfLog({ question, events, read: named }), read),
    namingGroupsOfThreads((named) => ftraceLog({ question, events, read: named }), read),
  ],
}
