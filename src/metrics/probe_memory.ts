// Metrics of the probes about memory beside their answers.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'memory.reclaim_by', dimension: 'count', kind: 'events', help: 'Times a process had to free memory first, with the time they took together' },
  { id: 'process.reclaim_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a process had to free memory before it got some, in the window' },
  { id: 'memory.fault_function', dimension: 'text', kind: 'text', help: 'Function most page faults happen in' },
  { id: 'memory.fault_process', dimension: 'text', kind: 'text', help: 'Process of the function most page faults happen in' },
  { id: 'memory.fault_share', dimension: 'ratio', kind: 'constant', help: 'Share of the page faults in that function' },
  { id: 'memory.compaction_latency', dimension: 'seconds', kind: 'histogram', help: 'How long each run of compaction takes', see: 'compactsnoop' },
  { id: 'memory.compaction_by', dimension: 'count', kind: 'events', help: 'Runs of compaction by process, with the time they took together' },
  { id: 'process.compaction_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a process spent in compaction in the window' },
  { id: 'memory.large_allocations', dimension: 'count', kind: 'events', help: 'Allocations of 8 and more pages in one piece, by order and program' },
]
