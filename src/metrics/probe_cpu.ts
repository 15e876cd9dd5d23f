// Metrics of the probes about CPUs: the names and shares a check can quote.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'cpu.hot_function', dimension: 'text', kind: 'text', help: 'Function most samples of the CPUs fell into' },
  { id: 'cpu.hot_process', dimension: 'text', kind: 'text', help: 'Process of the function most samples of the CPUs fell into' },
  { id: 'cpu.hot_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in that function' },
  { id: 'cpu.signal_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in sending signals, delivering them, and coming back from their handlers', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.polling_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in system calls that ask whether something happened (poll, select, epoll_wait)', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.yielding_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in sched_yield', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.kernel_lock_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in which a lock of the kernel was spun or queued for', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.page_copy_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in copying pages and page tables of forked processes', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.tracing_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in code of tracers: BPF programs, perf records, trace buffers', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.regex_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in functions of regular expression engines', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'cpu.collector_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in functions and threads of garbage collectors', see: 'perf record -F 99 -a -g -- sleep 5; perf report --children' },
  { id: 'sched.migrations', dimension: 'count', kind: 'events', help: 'Moves of threads to another CPU', see: 'perf stat -e sched:sched_migrate_task -a -- sleep 5' },
  { id: 'sched.run_time', dimension: 'seconds', kind: 'histogram', help: 'How long threads run before they leave the CPU', see: 'cpudist 5 1' },
  { id: 'sched.run_by', dimension: 'count', kind: 'events', help: 'Runs on a CPU by thread, with their time' },
  { id: 'sched.queue_length', dimension: 'count', kind: 'histogram', help: 'Threads that wait for a CPU while another runs on it, sampled on every CPU', see: 'runqlen 5 1' },
  { id: 'sched.queue_samples', dimension: 'count', kind: 'events', help: 'Samples by CPU and how many threads waited for it', see: 'runqlen -C 5 1' },
  { id: 'sched.queued_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples in which a thread waited for the CPU', see: 'runqlen -O 5 1' },
  { id: 'cgroup.throttle_time', dimension: 'seconds', kind: 'histogram', help: 'How long work of a group is stopped by a CPU quota each time', see: 'grep throttled /sys/fs/cgroup/GROUP/cpu.stat' },
  { id: 'cgroup.throttles', dimension: 'count', kind: 'events', help: 'Stops by a CPU quota by group and process, with the time they took together' },
  { id: 'cgroup.throttle_wait', dimension: 'seconds', kind: 'count', per: 'cgroup', help: 'Time work of a group was stopped by its CPU quota in the window, all CPUs added up', see: 'grep throttled /sys/fs/cgroup/GROUP/cpu.stat' },
  { id: 'process.throttle_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time all threads of a process were stopped by the CPU quota of a group in the window, added up' },
]
