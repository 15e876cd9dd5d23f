// Metrics of demand: load averages and task states.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'load.one', dimension: 'count', kind: 'constant', help: 'Load average over one minute: tasks runnable plus in uninterruptible sleep, exponentially damped', see: 'uptime' },
  { id: 'load.five', dimension: 'count', kind: 'constant', help: 'Load average over five minutes', see: 'uptime' },
  { id: 'load.fifteen', dimension: 'count', kind: 'constant', help: 'Load average over fifteen minutes', see: 'uptime' },
  { id: 'host.uptime', dimension: 'seconds', kind: 'constant', help: 'Time since boot', see: 'uptime' },
  { id: 'task.total', dimension: 'count', kind: 'gauge', help: 'Processes that exist', see: 'top -b -n 1 | head -5' },
  { id: 'task.running', dimension: 'count', kind: 'gauge', help: 'Processes in state R when sampled, tracebook itself left out', see: 'top -b -n 1 | head -5' },
  { id: 'task.uninterruptible', dimension: 'count', kind: 'gauge', help: 'Processes in state D (uninterruptible sleep) when sampled', see: "ps -eo state,pid,comm,wchan:30 | grep '^D'" },
  { id: 'task.stopped', dimension: 'count', kind: 'gauge', help: 'Processes stopped by a signal or a tracer', see: "ps -eo state,pid,comm | grep -i '^T'" },
  { id: 'task.zombie', dimension: 'count', kind: 'gauge', help: 'Processes that ended and were not reaped by their parent', see: "ps -eo state,pid,ppid,comm | grep '^Z'" },
  { id: 'task.forks', dimension: 'rate', kind: 'rate', help: 'New processes and threads per second', see: 'vmstat -f' },
  { id: 'task.threads', dimension: 'count', kind: 'constant', help: 'Threads that exist', see: 'cat /proc/loadavg' },
  { id: 'task.limit', dimension: 'count', kind: 'constant', help: 'The lower of kernel.threads-max and kernel.pid_max', see: 'sysctl kernel.threads-max kernel.pid_max' },
]
