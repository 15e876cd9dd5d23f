// Metrics of the CPUs: utilization, run queue, pressure, per-CPU shares.
import type { Metric } from '../model/metric.ts'

const vmstat = 'vmstat -w 1 6'
const mpstat = 'mpstat -P ALL 1 5'

export const metrics: readonly Metric[] = [
  { id: 'cpu.online', dimension: 'count', kind: 'constant', help: 'CPUs online', see: 'nproc --all' },
  { id: 'cpu.usable', dimension: 'count', kind: 'constant', help: 'CPUs that work here can really use: the least of CPUs online, cpuset, and cgroup quota', see: 'nproc; cat /sys/fs/cgroup/cpu.max' },
  { id: 'cpu.threads_per_core', dimension: 'count', kind: 'constant', help: 'Hardware threads that share a core (SMT)', see: 'lscpu' },
  { id: 'cpu.runnable', dimension: 'count', kind: 'gauge', help: 'Tasks running or waiting for a CPU (the run queue, running ones included)', see: vmstat },
  { id: 'cpu.blocked', dimension: 'count', kind: 'gauge', help: 'Tasks blocked waiting for I/O', see: vmstat },
  { id: 'cpu.utilization', dimension: 'ratio', kind: 'gauge', help: 'Share of all CPU time that was not idle and not I/O wait', see: vmstat },
  { id: 'cpu.user', dimension: 'ratio', kind: 'gauge', help: 'Share of CPU time in user mode, nice included, guests included', see: vmstat },
  { id: 'cpu.system', dimension: 'ratio', kind: 'gauge', help: 'Share of CPU time in the kernel, interrupts included', see: vmstat },
  { id: 'cpu.iowait', dimension: 'ratio', kind: 'gauge', help: 'Share of CPU time idle while I/O was outstanding: idle time, and hidden when CPUs are busy', see: vmstat },
  { id: 'cpu.steal', dimension: 'ratio', kind: 'gauge', help: 'Share of CPU time the hypervisor gave to others while this host wanted it', see: vmstat },
  { id: 'cpu.context_switches', dimension: 'rate', kind: 'gauge', help: 'Context switches per second, all CPUs', see: vmstat },
  { id: 'cpu.interrupts', dimension: 'rate', kind: 'gauge', help: 'Interrupts per second, all CPUs', see: vmstat },
  { id: 'cpu.one.utilization', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Busy share of one CPU', see: mpstat },
  { id: 'cpu.one.user', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'User-mode share of one CPU', see: mpstat },
  { id: 'cpu.one.system', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Kernel share of one CPU, interrupts not included', see: mpstat },
  { id: 'cpu.one.softirq', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Share of one CPU in soft interrupts', see: mpstat },
  { id: 'cpu.one.irq', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Share of one CPU in hard interrupts', see: mpstat },
  { id: 'cpu.one.iowait', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Share of one CPU idle with I/O outstanding', see: mpstat },
  { id: 'cpu.one.steal', per: 'cpu', dimension: 'ratio', kind: 'gauge', help: 'Share of one CPU withheld by the hypervisor', see: mpstat },
  { id: 'cpu.busiest', dimension: 'ratio', kind: 'gauge', help: 'Busy share of the CPU that was busiest in each sample', see: mpstat },
  { id: 'cpu.others', dimension: 'ratio', kind: 'gauge', help: 'Mean busy share of all CPUs but the busiest, in each sample; 0 with one CPU', see: mpstat },
  { id: 'cpu.softirq', dimension: 'ratio', kind: 'gauge', help: 'Share of all CPU time in soft interrupts', see: mpstat },
  { id: 'cpu.busiest_softirq', dimension: 'ratio', kind: 'gauge', help: 'Soft and hard interrupt share of the CPU that had most of it, in each sample', see: mpstat },
  { id: 'cpu.guest', dimension: 'ratio', kind: 'gauge', help: 'Share of all CPU time spent running virtual machines', see: mpstat },
  { id: 'cpu.pressure.some', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task waited for a CPU (PSI, from the total= counter)', see: 'cat /proc/pressure/cpu' },
  { id: 'cpu.throttle_events', dimension: 'count', kind: 'count', help: 'Thermal or power throttle events of the CPU package in the window', see: 'grep . /sys/devices/system/cpu/cpu*/thermal_throttle/*_throttle_count' },
]
