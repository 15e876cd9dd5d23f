// Metrics only a probe can give: the questions a runbook escalates to (domain.md C.2). No probe exists in this version: they end in `unknown: no probe yet`.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'sched.wakeup_latency', dimension: 'seconds', kind: 'histogram', help: 'How long threads wait for a CPU after they became runnable (run-queue latency)', see: 'runqlat 5 1' },
  { id: 'process.wakeup_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a thread waited for a CPU after it became runnable, all its waits in the window together', see: 'perf sched latency' },
  { id: 'sched.blocked_stacks', dimension: 'seconds', kind: 'stacks', help: 'Where threads are blocked, and for how long (off-CPU stacks)', see: 'offcputime -f 5' },
  { id: 'cpu.hot_stacks', dimension: 'count', kind: 'stacks', help: 'Which code uses the CPUs: stacks sampled 99 times a second on each', see: 'perf record -F 99 -a -g -- sleep 10' },
  { id: 'interrupt.time', dimension: 'seconds', kind: 'histogram', help: 'Time in each interrupt and soft interrupt', see: 'softirqs 5 1' },
  { id: 'syscall.counts', dimension: 'count', kind: 'events', help: 'System calls by process and number, with errors', see: 'syscount -P -d 5' },
  { id: 'process.executions', dimension: 'count', kind: 'events', help: 'Programs started, by parent', see: 'execsnoop' },
  { id: 'block.latency', dimension: 'seconds', kind: 'histogram', help: 'Time of each block I/O by device and operation', see: 'biolatency -D 5 1' },
  { id: 'fs.sync_latency', dimension: 'seconds', kind: 'histogram', help: 'Time of fsync and fdatasync calls by process', see: 'ext4slower 10' },
  { id: 'memory.reclaim_latency', dimension: 'seconds', kind: 'histogram', help: 'How long tasks had to reclaim memory before they could allocate', see: 'drsnoop' },
  { id: 'memory.fault_stacks', dimension: 'count', kind: 'stacks', help: 'Which code causes page faults', see: 'perf record -e page-faults -a -g -- sleep 5' },
  { id: 'tcp.retransmit_peers', dimension: 'count', kind: 'events', help: 'Retransmitted segments by peer and connection state', see: 'tcpretrans -c' },
  { id: 'tcp.connect_latency', dimension: 'seconds', kind: 'histogram', help: 'Time of outgoing connection attempts by peer', see: 'tcpconnlat' },
  { id: 'network.drop_reasons', dimension: 'count', kind: 'events', help: 'Why and where the kernel drops packets', see: 'dropwatch' },
]
