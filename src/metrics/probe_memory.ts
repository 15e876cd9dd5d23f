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
  { id: 'memory.tlb_flushes', dimension: 'count', kind: 'events', help: 'Flushes of address translations by reason and process, those of task switches left out', see: 'perf stat -e tlb:tlb_flush -a -- sleep 5' },
  { id: 'process.tlb_interrupts', dimension: 'count', kind: 'count', per: 'process', help: 'Times in the window a process interrupted other CPUs to make them forget address translations' },
  { id: 'memory.major_fault_stacks', dimension: 'count', kind: 'stacks', help: 'Which code waits for pages from disk or swap', see: 'perf record -e major-faults -a -g -- sleep 5' },
  { id: 'memory.major_fault_function', dimension: 'text', kind: 'text', help: 'Function most major page faults happen in' },
  { id: 'memory.major_fault_process', dimension: 'text', kind: 'text', help: 'Process of the function most major page faults happen in' },
  { id: 'memory.major_faults_traced', dimension: 'count', kind: 'count', help: 'Major page faults seen while they were traced', see: 'sar -B 1 5' },
  { id: 'memory.major_fault_share', dimension: 'ratio', kind: 'constant', help: 'Share of the major page faults in that function' },
  { id: 'memory.oom_victims', dimension: 'count', kind: 'events', help: 'Processes the kernel killed for their memory, with who asked for memory then', see: 'journalctl -k -g oom' },
  { id: 'memory.growth_stacks', dimension: 'count', kind: 'stacks', help: 'Which code asks the kernel for address space (brk, mmap, mremap)', see: 'perf trace -e brk,mmap,mremap -p PID' },
  { id: 'memory.growing_function', dimension: 'text', kind: 'text', help: 'Function most requests for address space come from' },
  { id: 'memory.growing_process', dimension: 'text', kind: 'text', help: 'Process of the function most requests for address space come from' },
  { id: 'memory.growths_traced', dimension: 'count', kind: 'count', help: 'Requests for address space seen while they were traced', see: 'perf trace -s -e brk,mmap,mremap -a -- sleep 5' },
  { id: 'memory.growing_share', dimension: 'ratio', kind: 'constant', help: 'Share of the requests for address space from that function' },
  { id: 'memory.tlb_interrupts', dimension: 'count', kind: 'count', help: 'Times in the window other CPUs were interrupted to make them forget address translations', see: 'grep TLB /proc/interrupts' },
]
