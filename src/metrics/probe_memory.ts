// Metrics of the probes about memory beside their answers.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'memory.reclaim_by', dimension: 'count', kind: 'events', help: 'Times a process had to free memory first, with the time they took together' },
  { id: 'process.reclaim_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a process had to free memory before it got some, in the window' },
  { id: 'memory.fault_function', dimension: 'text', kind: 'text', help: 'Function most page faults happen in' },
  { id: 'memory.fault_process', dimension: 'text', kind: 'text', help: 'Process of the function most page faults happen in' },
  { id: 'memory.fault_share', dimension: 'ratio', kind: 'constant', help: 'Share of the page faults in that function' },
]
