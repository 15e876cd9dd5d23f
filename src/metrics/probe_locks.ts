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
]
