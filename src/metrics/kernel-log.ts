// Metrics of the kernel log: recent messages by family (domain.md A.2), and files open on the host.
import type { Metric } from '../model/metric.ts'

const dmesg = 'dmesg -T | tail -50'
const family = (id: string, what: string): Metric => ({
  id: `log.${id}`,
  dimension: 'count',
  kind: 'count',
  help: `Kernel messages of the last 15 minutes: ${what}`,
  see: dmesg,
})

export const metrics: readonly Metric[] = [
  family('oom_host', 'a process was killed because the host was out of memory'),
  family('oom_cgroup', 'a process was killed because a control group was out of memory'),
  family('allocation_failure', 'a page allocation failed'),
  family('commit_refused', 'an allocation was refused because too much memory is promised'),
  family('hung_task', 'a task was blocked for more than 120 seconds'),
  family('lockup', 'soft or hard lockup, RCU stall'),
  family('hardware_error', 'machine check, ECC or EDAC error'),
  family('thermal', 'CPU clock throttled for temperature'),
  family('io_error', 'block I/O error'),
  family('filesystem_error', 'filesystem error or remount read-only'),
  family('link', 'network link down, transmit queue timeout'),
  family('syn_flood', 'possible SYN flooding'),
  family('conntrack_full', 'connection-tracking table full'),
  family('neighbour_overflow', 'neighbour table overflow'),
  family('tcp_memory', 'TCP out of memory, too many orphaned sockets'),
  family('file_limit', 'file-max reached'),
  family('fork_rejected', 'fork rejected by the pids controller'),
  family('clocksource', 'clock source marked unstable'),
  family('segfault', 'segmentation or protection fault'),
  family('split_lock', 'split lock trap'),
  family('gpu', 'GPU error (Xid)'),
  { id: 'log.commit_victim', dimension: 'text', kind: 'text', help: 'Process whose allocation was refused last', see: dmesg },
  { id: 'log.commit_request', dimension: 'bytes', kind: 'constant', help: 'Size of the allocation that was refused last; kernels before 6.10 do not tell', see: dmesg },
  { id: 'memory.commit_refusals', dimension: 'count', kind: 'count', help: 'Allocations refused in the window, of those the kernel logs (ten in five seconds)', see: dmesg },
  { id: 'log.coverage', dimension: 'seconds', kind: 'constant', help: 'How far back the kernel log reaches, at most 15 minutes of it are judged', see: dmesg },
  { id: 'log.detail', per: 'kernelLog', dimension: 'text', kind: 'text', help: 'The last message of a family; the instance is the family', see: dmesg },
  { id: 'log.victim', per: 'kernelLog', dimension: 'text', kind: 'text', help: 'Process, device or port the last message of a family names', see: dmesg },
  { id: 'file.open', dimension: 'count', kind: 'constant', help: 'File handles in use on the host', see: 'cat /proc/sys/fs/file-nr' },
  { id: 'file.limit', dimension: 'count', kind: 'constant', help: 'File handles the host allows (fs.file-max)', see: 'cat /proc/sys/fs/file-nr' },
]
