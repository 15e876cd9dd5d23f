// Metrics of the probes about what tasks do beside running: blocked, started, signalled; and of work nobody's task does.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'sched.blocked_by', dimension: 'count', kind: 'events', help: 'Times of 1 ms and more threads were blocked, by process and state (D: uninterruptible), with their time' },
  { id: 'sched.blocked_function', dimension: 'text', kind: 'text', help: 'Function of the kernel threads were blocked in longest, what only waits for work left out' },
  { id: 'sched.blocked_process', dimension: 'text', kind: 'text', help: 'Process that was blocked longest in that function' },
  { id: 'sched.blocked_time', dimension: 'seconds', kind: 'count', help: 'Time threads were blocked in the window, what only waits for work left out, all threads together' },
  { id: 'process.blocked_uninterruptible', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time threads of a process were in uninterruptible sleep for 1 ms or more, added up', see: 'offcputime -p PID --state 2 5' },
]
