// Metrics of the probes about locks and system calls.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'lock.futex_wait', dimension: 'seconds', kind: 'histogram', help: 'How long threads wait for mutexes of their program (futex calls)', see: 'perf trace -e futex -s -a -- sleep 3' },
  { id: 'lock.futex_by', dimension: 'count', kind: 'events', help: 'Futex calls that waited, by process and kind of wait, with the time they took together' },
  { id: 'process.futex_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time all threads of a process waited for its mutexes in the window, added up', see: 'strace -f -c -e trace=futex -p PID' },
]
