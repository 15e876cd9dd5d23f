// Metrics of processes. Processes of tracebook itself never appear. Only processes that did something are kept.
import type { Metric } from '../model/metric.ts'

const pidstat = 'pidstat -u -r -d -w -R -H -h 1 5'

export const metrics: readonly Metric[] = [
  { id: 'process.cpu', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU used, all threads; 100 % is one CPU', see: pidstat },
  { id: 'process.cpu_user', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU used in user mode', see: pidstat },
  { id: 'process.cpu_system', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU used in the kernel', see: pidstat },
  { id: 'process.cpu_guest', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU its virtual machine used, which is part of user mode; only of processes that run one', see: pidstat },
  { id: 'process.guest_exits', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second that the virtual CPUs of a process left their guest, exits because it had nothing to do (HLT) left out', see: 'cat /sys/kernel/debug/kvm/PID-*/exits' },
  { id: 'process.guest_halts', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second that they left it because it had nothing to do (HLT)', see: 'cat /sys/kernel/debug/kvm/PID-*/halt_exits' },
  { id: 'process.guest_polling', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU the kernel used waiting for work of an idle virtual CPU without giving the CPU away (halt_poll_ns)', see: 'cat /sys/kernel/debug/kvm/PID-*/halt_poll_fail_ns' },
  { id: 'process.cpu_wait', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'Share of time the main thread was runnable but not running (%wait)', see: pidstat },
  { id: 'process.read_bytes', per: 'process', dimension: 'byteRate', kind: 'gauge', help: 'Read from storage; needs root for others’ processes', see: pidstat },
  { id: 'process.write_bytes', per: 'process', dimension: 'byteRate', kind: 'gauge', help: 'Caused to be written to storage', see: pidstat },
  { id: 'process.io_bytes', per: 'process', dimension: 'byteRate', kind: 'gauge', help: 'Read from and written to storage together', see: pidstat },
  { id: 'process.major_faults', per: 'process', dimension: 'rate', kind: 'gauge', help: 'Page faults per second that had to read from a device', see: pidstat },
  { id: 'process.minor_faults', per: 'process', dimension: 'rate', kind: 'gauge', help: 'Page faults per second served from memory', see: pidstat },
  { id: 'process.rss', per: 'process', dimension: 'bytes', kind: 'gauge', help: 'Resident memory', see: pidstat },
  { id: 'process.voluntary_switches', per: 'process', dimension: 'rate', kind: 'gauge', help: 'Context switches per second because the main thread waited', see: pidstat },
  { id: 'process.involuntary_switches', per: 'process', dimension: 'rate', kind: 'gauge', help: 'Context switches per second because the main thread was preempted', see: pidstat },
  { id: 'process.realtime', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for scheduling policies FIFO, RR and DEADLINE', see: pidstat },
  { id: 'process.kernel', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for kernel threads: they do others’ work', see: 'ps -eo pid,vsz,comm' },
  { id: 'process.comm', per: 'process', dimension: 'text', kind: 'text', help: 'Command name', see: 'ps -eo pid,comm' },
  { id: 'process.threads', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads', see: 'ps -eo pid,nlwp,comm' },
  { id: 'process.uninterruptible', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of samples in which the process was in uninterruptible sleep (D)', see: "ps -eo state,pid,comm,wchan:30 | grep '^D'" },
  { id: 'process.stopped', per: 'process', dimension: 'flag', kind: 'constant', help: '1 when the process is stopped or traced (T, t) at the end of the window', see: "ps -eo state,pid,comm | grep -i '^T'" },
  { id: 'process.zombie_children', per: 'process', dimension: 'count', kind: 'constant', help: 'Children that ended and were not reaped', see: "ps -eo state,ppid | grep '^Z' | sort | uniq -c" },
  { id: 'process.ipc', per: 'process', dimension: 'count', kind: 'rate', help: 'Instructions per clock cycle of the process, in user mode', see: 'tiptop -b -n 2' },
  { id: 'process.cache_misses', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Last-level cache misses per hundred instructions of the process', see: 'tiptop -b -n 2' },
  { id: 'process.cpu_unexplained', dimension: 'ratio', kind: 'rate', help: 'CPU the host used that no listed process accounts for, in percent of all CPUs: processes that lived too short to be seen', see: 'pidstat 1 5; vmstat 1 5' },
  { id: 'process.replacements', per: 'process', dimension: 'count', kind: 'count', help: 'Children of one name that the process had in the window, one after the other: most of any name; a start that no sample met is not counted', see: 'watch -n 1 ps --ppid PID -o pid,comm' },
  { id: 'process.replaced', per: 'process', dimension: 'text', kind: 'text', help: 'Name of these children', see: 'ps --ppid PID -o pid,comm' },
  { id: 'process.crashes', per: 'process', dimension: 'count', kind: 'count', help: 'Crashes in the window of programs of this name, by the kernel log; the instance is the name, for each start is another process', see: 'dmesg | grep -E "segfault|general protection|trap "' },
  { id: 'process.recent_kills', per: 'process', dimension: 'count', kind: 'count', help: 'Processes of this name killed at the memory limit of a group in the last minute, by the kernel log; the instance is the name', see: 'dmesg | grep "Memory cgroup out of memory"' },
  { id: 'process.cache_drops', per: 'process', dimension: 'count', kind: 'count', help: 'Times in the window that the kernel log names the process for dropping the page cache', see: 'dmesg | grep drop_caches' },
]
