// Metrics of the few processes that stood out: a closer look at their threads, for a second (or both ends of a window for the queue).
import type { Metric } from '../model/metric.ts'

const threads = 'pidstat -t -u -w -p PID 1'
const channels = 'grep -H . /proc/PID/task/*/wchan'
const calls = 'grep -H . /proc/PID/task/*/syscall'
const shared = 'grep -H . /proc/[0-9]*/syscall; grep "rw-s" /proc/PID/maps'
const io = 'grep -E "^(syscr|syscw|rchar|wchar)" /proc/PID/io'

/** Only processes that stood out in the window before have them: by CPU, waiting, faults, switches, I/O or a queue at a lock. */
export const metrics: readonly Metric[] = [
  { id: 'process.lock_queue', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait for the same lock: in futex(), at one address, whose word says that the lock is held and others wait (or that of a condition, which may look like it)', see: calls },
  { id: 'process.lock_queues', per: 'process', dimension: 'count', kind: 'gauge', help: 'Locks, or words that look like one, that threads of the process wait for', see: calls },
  { id: 'process.shared_lock_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Processes of one parent that wait for the same lock in shared memory as what was named as slow: in futex() without FUTEX_PRIVATE_FLAG, at one address (main threads)', see: shared },
  { id: 'process.shared_lock_sharers', per: 'process', dimension: 'count', kind: 'constant', help: 'Processes that were seen to wait for it', see: shared },
  { id: 'process.shared_lock_turns', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second they ran: a lock that passes on wakes one of them', see: shared },
  { id: 'process.shared_lock_cpu', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU they used together; 100 % is one CPU', see: shared },
  { id: 'process.shared_lock_holder_in', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function in which the process sleeps that does not wait for the lock while the others do', see: shared },
  { id: 'process.shared_lock_place', per: 'process', dimension: 'text', kind: 'text', help: 'Memory the lock is in', see: shared },
  { id: 'process.own_waits', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads of what was named as slow that wait in futex() without a timeout, with FUTEX_PRIVATE_FLAG or for a thread to end, and did not run: only another of its threads can wake them', see: calls },
  { id: 'process.own_lock_waits', per: 'process', dimension: 'count', kind: 'constant', help: 'Those of them that wait for a lock (the futex word says that it is held, and others wait), not for a condition', see: calls },
  { id: 'process.other_waits', per: 'process', dimension: 'count', kind: 'constant', help: 'Its other threads, those a Java virtual machine has for itself left out: they run, wait for a time, or for something outside', see: calls },
  { id: 'file_lock.queue', dimension: 'count', kind: 'gauge', help: 'Waiters of the file lock (flock, POSIX) that has most', see: 'lslocks; cat /proc/locks' },
  { id: 'process.file_lock_waiters', per: 'process', dimension: 'count', kind: 'constant', help: 'Waiters of a file lock the process holds, or held at the other end of the window', see: 'lslocks; cat /proc/locks' },
  { id: 'process.file_lock_holders', per: 'process', dimension: 'count', kind: 'constant', help: 'Different holders that file lock had when it was looked at: more than one, and it passes from one to the next', see: 'lslocks; cat /proc/locks' },
  { id: 'process.file_lock_cycle', per: 'process', dimension: 'flag', kind: 'constant', help: '1 when it waited, whenever it was looked at, for a file lock of a process that waits, itself or through others, for one of its own', see: 'lslocks; cat /proc/locks' },
  { id: 'suspect.threads', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads of the process', see: 'ps -o nlwp= -p PID' },
  { id: 'suspect.active_threads', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads that used at least 2 % of a CPU, or waited for one that long', see: threads },
  { id: 'suspect.cpu', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU used by all threads; 100 % is one CPU', see: threads },
  { id: 'suspect.realtime', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU used by those of its threads that run before every normal task (policies FIFO, RR, DEADLINE); 100 % is one CPU', see: 'chrt -a -p PID' },
  { id: 'suspect.busiest_thread', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU used by the thread that used most', see: threads },
  { id: 'suspect.busiest_name', per: 'process', dimension: 'text', kind: 'text', help: 'Name and id of that thread', see: threads },
  { id: 'suspect.named', per: 'process', dimension: 'flag', kind: 'constant', help: 'It is what was named as slow, or a process of it', see: threads },
  { id: 'suspect.turn', per: 'process', dimension: 'seconds', kind: 'rate', help: 'CPU its busiest thread uses from one sleep to the next, on average', see: threads },
  { id: 'suspect.turn_ends_in', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function its busiest thread sleeps in most often; of a first thread that was always met at work, where others of the process wait for events', see: channels },
  { id: 'suspect.user', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU its threads used in user mode', see: threads },
  { id: 'suspect.system', per: 'process', dimension: 'ratio', kind: 'rate', help: 'CPU its threads used in the kernel', see: threads },
  { id: 'suspect.faults', per: 'process', dimension: 'rate', kind: 'rate', help: 'Page faults per second of its threads that were served from memory', see: 'pidstat -r -p PID 1' },
  { id: 'suspect.cpu_wait', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Time all threads were runnable and did not run; 100 % is one thread that waited all the time', see: 'cat /proc/PID/task/*/schedstat' },
  { id: 'suspect.confined', per: 'process', dimension: 'ratio', kind: 'constant', help: 'CPUs its active threads may run on, against the CPUs online; below 100 % an affinity mask or a cpuset confines them', see: 'taskset -acp PID' },
  { id: 'suspect.priority', per: 'process', dimension: 'count', kind: 'constant', help: 'Nice value of its busiest thread', see: 'ps -o ni,cls,pid,comm -p PID' },
  { id: 'suspect.lock_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait for the same lock of the program (futex word that says held, and others wait)', see: calls },
  { id: 'suspect.locks', per: 'process', dimension: 'count', kind: 'gauge', help: 'Different locks of the program that its threads wait for', see: calls },
  { id: 'suspect.lock_still', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads that waited for the same lock at every moment and did not run once', see: calls },
  { id: 'suspect.unclear_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait at one futex word that says 2 or 3 and did not change: a read-write lock or a lock of Rust that is held all the time, or a condition that was signalled that often', see: calls },
  { id: 'suspect.lock_turns', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second that threads seen waiting for that lock went to sleep: each time it changed hands', see: threads },
  { id: 'suspect.timed_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait with a timeout for the same condition, of those that used at least 0.2 % of a CPU: the interpreter lock of Python shows so', see: calls },
  { id: 'suspect.turn_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait in futex(), of those that used at least 2 % of a CPU or waited for one that long', see: calls },
  { id: 'suspect.timed_turn_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Those of them that wait with a timeout: one where a waiting thread ends the time slice of the one that runs, as in Ruby', see: calls },
  { id: 'suspect.runnable', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that run or want to', see: 'ps -L -o state,tid,comm -p PID' },
  { id: 'suspect.memory_lock_waiters', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads that wait for the lock of their address space, in a fault, mmap, munmap or mprotect', see: channels },
  { id: 'suspect.held_writers', per: 'process', dimension: 'count', kind: 'gauge', help: 'Threads the kernel holds back in write() or a page fault until dirty pages are written (balance_dirty_pages)', see: channels },
  { id: 'suspect.switches', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second its threads went to sleep', see: threads },
  { id: 'suspect.preempted', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second its threads were preempted', see: threads },
  { id: 'suspect.waits_in', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel functions its threads slept in most often', see: channels },
  { id: 'suspect.io_calls', per: 'process', dimension: 'rate', kind: 'rate', help: 'read, write and similar system calls per second', see: io },
  { id: 'suspect.io_call_size', per: 'process', dimension: 'bytes', kind: 'rate', help: 'Bytes such a call moves, on average', see: io },
]
