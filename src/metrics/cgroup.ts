// Metrics of control groups, versions 1 and 2: CPU quota, memory limit, task limit. Only groups with a limit or with activity are kept.
import type { Metric } from '../model/metric.ts'

const stat = 'cat /sys/fs/cgroup/GROUP/cpu.stat'

export const metrics: readonly Metric[] = [
  { id: 'cgroup.cpu', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'CPU used by the group; 100 % is one CPU', see: stat },
  { id: 'cgroup.cpu_quota', per: 'cgroup', dimension: 'ratio', kind: 'constant', help: 'CPU the group may use; 100 % is one CPU; absent without a quota', see: 'cat /sys/fs/cgroup/GROUP/cpu.max' },
  { id: 'cgroup.periods', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Scheduling periods in the window in which the group ran', see: stat },
  { id: 'cgroup.throttled_periods', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of those periods in which the quota stopped the group', see: stat },
  { id: 'cgroup.throttled_time', per: 'cgroup', dimension: 'seconds', kind: 'rate', help: 'Time per second that the group’s CPUs together were stopped', see: stat },
  { id: 'cgroup.memory', per: 'cgroup', dimension: 'bytes', kind: 'constant', help: 'Memory charged to the group', see: 'cat /sys/fs/cgroup/GROUP/memory.current' },
  { id: 'cgroup.memory_working', per: 'cgroup', dimension: 'bytes', kind: 'constant', help: 'Memory charged to the group less inactive file cache', see: 'cat /sys/fs/cgroup/GROUP/memory.stat' },
  { id: 'cgroup.memory_growth', per: 'cgroup', dimension: 'byteRate', kind: 'rate', help: 'Growth of the group’s memory that is no file cache; of groups with a limit', see: 'grep -E "^(anon|rss) " /sys/fs/cgroup/GROUP/memory.stat' },
  { id: 'cgroup.memory_limit', per: 'cgroup', dimension: 'bytes', kind: 'constant', help: 'Memory limit; absent without one', see: 'cat /sys/fs/cgroup/GROUP/memory.max' },
  { id: 'cgroup.memory_limit_hits', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Times in the window the group hit its limit (memory.events high and max; v1 failcnt)', see: 'cat /sys/fs/cgroup/GROUP/memory.events' },
  { id: 'cgroup.oom_kills', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Members killed in the window because the group was out of memory', see: 'cat /sys/fs/cgroup/GROUP/memory.events' },
  { id: 'cgroup.recent_kills', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Members killed at the limit of the group in the last minute, by the kernel log', see: 'dmesg | grep oom_memcg=GROUP' },
  { id: 'cgroup.latest_kills', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Those of the last ten seconds', see: 'dmesg | grep oom_memcg=GROUP' },
  { id: 'cgroup.major_faults', per: 'cgroup', dimension: 'rate', kind: 'rate', help: 'Page faults per second of the group that had to read from a device', see: 'cat /sys/fs/cgroup/GROUP/memory.stat' },
  { id: 'cgroup.refault', per: 'cgroup', dimension: 'rate', kind: 'rate', help: 'Pages per second of the group read back soon after they were evicted', see: 'cat /sys/fs/cgroup/GROUP/memory.stat' },
  { id: 'cgroup.memory_pressure', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task of the group waited for memory (v2 only)', see: 'cat /sys/fs/cgroup/GROUP/memory.pressure' },
  { id: 'cgroup.pids', per: 'cgroup', dimension: 'count', kind: 'constant', help: 'Tasks in the group', see: 'cat /sys/fs/cgroup/GROUP/pids.current' },
  { id: 'cgroup.pids_limit', per: 'cgroup', dimension: 'count', kind: 'constant', help: 'Tasks the group may have; absent without a limit', see: 'cat /sys/fs/cgroup/GROUP/pids.max' },
  { id: 'cgroup.pids_rejected', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Forks refused in the window because of the limit', see: 'cat /sys/fs/cgroup/GROUP/pids.events' },
  { id: 'cgroup.frozen', per: 'cgroup', dimension: 'flag', kind: 'constant', help: '1 when the group is frozen and holds tasks', see: 'cat /sys/fs/cgroup/GROUP/cgroup.events' },
]
