// Metrics of the probes about what tasks do beside running: blocked, started, signalled; and of work nobody's task does.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'sched.blocked_by', dimension: 'count', kind: 'events', help: 'Times of 1 ms and more threads were blocked, by process and state (D: uninterruptible), with their time' },
  { id: 'sched.blocked_function', dimension: 'text', kind: 'text', help: 'Function of the kernel threads were blocked in longest, what only waits for work left out' },
  { id: 'sched.blocked_process', dimension: 'text', kind: 'text', help: 'Process that was blocked longest in that function' },
  { id: 'sched.blocked_time', dimension: 'seconds', kind: 'count', help: 'Time threads were blocked in the window, what only waits for work left out, all threads together' },
  { id: 'process.blocked_uninterruptible', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time threads of a process were in uninterruptible sleep for 1 ms or more, added up', see: 'offcputime -p PID --state 2 5' },
  { id: 'process.failing_exits', dimension: 'count', kind: 'events', help: 'Ends with an error, by program and exit status or signal' },
  { id: 'process.failures', dimension: 'count', kind: 'count', per: 'process', help: 'Programs of this name that ended with an error in the window; the instance is the last of them' },
  { id: 'process.failed_most', dimension: 'text', kind: 'text', help: 'Program that ended with an error most often' },
  { id: 'process.failed_times', dimension: 'count', kind: 'count', help: 'How often that program ended with an error in the window' },
  { id: 'process.lifetimes', dimension: 'count', kind: 'events', help: 'Programs started, with the time those lived that ended in the window' },
  { id: 'process.children_started', dimension: 'count', kind: 'count', per: 'process', help: 'Programs a process started in the window', see: 'execsnoop' },
  { id: 'process.most_started', dimension: 'text', kind: 'text', help: 'Program started most often' },
  { id: 'interrupt.time_by', dimension: 'count', kind: 'events', help: 'Interrupts and soft interrupts by name, with the time they took together', see: 'hardirqs 5 1; softirqs 5 1' },
  { id: 'interrupt.longest', dimension: 'text', kind: 'text', help: 'Interrupt or soft interrupt that took most time together' },
  { id: 'timer.expirations', dimension: 'count', kind: 'events', help: 'Timers that expired, by the function they call', see: 'perf stat -e timer:hrtimer_expire_entry -a -- sleep 3' },
  { id: 'timer.most_frequent', dimension: 'text', kind: 'text', help: 'Function of the timers that expired most often' },
  { id: 'workqueue.time', dimension: 'seconds', kind: 'histogram', help: 'How long the work items of the kernel’s workers take', see: 'perf kwork report' },
  { id: 'workqueue.by', dimension: 'count', kind: 'events', help: 'Work items of the kernel’s workers by function, with the time they took together', see: 'perf kwork report' },
  { id: 'workqueue.longest', dimension: 'text', kind: 'text', help: 'Function of the work that took most time together' },
  { id: 'signal.sent', dimension: 'count', kind: 'events', help: 'Signals by sender, number, way and receiver', see: 'sigsnoop' },
  { id: 'process.signals_sent', dimension: 'count', kind: 'count', per: 'process', help: 'Signals a process sent to others in the window', see: 'sigsnoop' },
  { id: 'sched.waker_stacks', dimension: 'seconds', kind: 'stacks', help: 'Who wakes threads that slept 1 ms or more, by the time they had slept', see: 'wakeuptime 5' },
  { id: 'sched.waker_process', dimension: 'text', kind: 'text', help: 'Process that wakes those who slept longest; interrupts left out' },
  { id: 'sched.waker_function', dimension: 'text', kind: 'text', help: 'Function in which it wakes them' },
]
