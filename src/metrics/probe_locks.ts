// Metrics of the probes about locks and system calls.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'lock.futex_wait', dimension: 'seconds', kind: 'histogram', help: 'How long threads wait for mutexes of their program (futex calls)', see: 'perf trace -e futex -s -a -- sleep 3' },
  { id: 'lock.futex_by', dimension: 'count', kind: 'events', help: 'Futex calls that waited, by process and kind of wait, with the time they took together' },
  { id: 'process.futex_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time all threads of a process waited for its mutexes in the window, added up', see: 'strace -f -c -e trace=futex -p PID' },
  { id: 'lock.wait_stacks', dimension: 'count', kind: 'stacks', help: 'Where threads begin to wait for a mutex of their program', see: 'perf record -e syscalls:sys_enter_futex -a --call-graph dwarf -- sleep 3' },
  { id: 'lock.waiting_function', dimension: 'text', kind: 'text', help: 'Function that most waits for a mutex began in' },
  { id: 'lock.waiting_process', dimension: 'text', kind: 'text', help: 'Process of the function that most waits for a mutex began in' },
  { id: 'lock.waiting_share', dimension: 'ratio', kind: 'constant', help: 'Share of the waits for mutexes that began in that function' },
  { id: 'process.syscalls', dimension: 'count', kind: 'count', per: 'process', help: 'System calls of a process in the window', see: 'strace -f -c -p PID' },
  { id: 'syscall.most_frequent', dimension: 'text', kind: 'text', help: 'System call made most often' },
  { id: 'syscall.most_frequent_process', dimension: 'text', kind: 'text', help: 'Process that makes the system call made most often' },
  { id: 'syscall.most_frequent_share', dimension: 'ratio', kind: 'constant', help: 'Share of all system calls that are that one of that process' },
  { id: 'syscall.errors', dimension: 'count', kind: 'events', help: 'System calls that failed, by process, call and error; what programs do all day (EAGAIN, EINTR, ENOENT, ETIMEDOUT) is left out', see: 'strace -f -Z -c -p PID' },
  { id: 'process.syscall_errors', dimension: 'count', kind: 'count', per: 'process', help: 'System calls of a process that failed in the window, without EAGAIN, EINTR, ENOENT and ETIMEDOUT', see: 'strace -f -Z -c -p PID' },
  { id: 'syscall.most_frequent_error', dimension: 'text', kind: 'text', help: 'System call and error that failed most often' },
  { id: 'syscall.latency', dimension: 'seconds', kind: 'histogram', help: 'Time of system calls, without those that wait for something to happen (poll, futex, sleep, wait)', see: 'syscount -L -d 3' },
  { id: 'syscall.latency_by', dimension: 'count', kind: 'events', help: 'System calls by process with the time they took together, those that wait for something to happen too', see: 'perf trace -s -a -- sleep 3' },
  { id: 'process.syscall_time', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a process spent in system calls in the window, without those that wait for something to happen', see: 'strace -f -c -w -p PID' },
  { id: 'syscall.slowest', dimension: 'text', kind: 'text', help: 'System call that took most time together, without those that wait for something to happen' },
]
