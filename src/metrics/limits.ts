// Metrics of software limits: descriptors, mappings, locked memory, tasks of a user, inotify, AIO, entropy, wait channels, our own group.
import type { Metric } from '../model/metric.ts'

const census = 'ps -eLo state,pid,lwp,ppid,user,nlwp,wchan:32,comm -ww'
const group = (file: string) => `cat /sys/fs/cgroup/GROUP/${file}`

/** "The user nearest to its limit": a limit of users is judged by the worst of them; `user.name` says who that is. */
export const metrics: readonly Metric[] = [
  { id: 'process.open_files', per: 'process', dimension: 'count', kind: 'constant', help: 'Open file descriptors; not counted among more than 1,000 processes', see: 'ls /proc/PID/fd | wc -l' },
  { id: 'process.descriptor_slots', per: 'process', dimension: 'count', kind: 'constant', help: 'Descriptors the kernel made room for (FDSize): never fewer than are open', see: 'grep FDSize /proc/PID/status' },
  { id: 'process.space_used', per: 'process', dimension: 'ratio', kind: 'constant', help: 'Address space or data of the process against its soft limit (RLIMIT_AS, RLIMIT_DATA), of the fuller one; absent when unlimited', see: "grep -E 'address space|data size' /proc/PID/limits; grep -E 'VmSize|VmData' /proc/PID/status" },
  { id: 'process.open_files_limit', per: 'process', dimension: 'count', kind: 'constant', help: 'Most descriptors the process may have (soft limit); absent when unlimited', see: "grep 'open files' /proc/PID/limits" },
  { id: 'process.locked', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Memory the process locked (VmLck)', see: 'grep VmLck /proc/PID/status' },
  { id: 'process.maps', per: 'process', dimension: 'count', kind: 'constant', help: 'Memory mappings of the process (lines of maps)', see: 'wc -l /proc/PID/maps' },
  { id: 'memory.maps_limit', dimension: 'count', kind: 'constant', help: 'Most memory mappings one process may have (vm.max_map_count)', see: 'sysctl vm.max_map_count' },
  { id: 'process.inotify_instances', per: 'process', dimension: 'count', kind: 'constant', help: 'Inotify instances the process has open', see: "find /proc/PID/fd -lname 'anon_inode:inotify'" },
  { id: 'user.name', dimension: 'text', kind: 'text', help: 'User id nearest to its limit of tasks (RLIMIT_NPROC); root has none', see: 'ps -eLo user | sort | uniq -c' },
  { id: 'user.tasks', dimension: 'count', kind: 'constant', help: 'Tasks of the user nearest to its limit, threads included', see: 'ps -eLo user | sort | uniq -c' },
  { id: 'user.task_limit', dimension: 'count', kind: 'constant', help: 'Tasks that user may have (lowest soft limit of its processes)', see: "grep 'Max processes' /proc/PID/limits" },
  { id: 'inotify.instances', dimension: 'count', kind: 'constant', help: 'Inotify instances of the user that has most', see: "find /proc/*/fd -lname 'anon_inode:inotify' -printf '%U %p\\n'" },
  { id: 'inotify.instances_seen', dimension: 'count', kind: 'constant', help: 'The same among the processes that may be looked into: at least so many', see: "find /proc/*/fd -lname 'anon_inode:inotify' -printf '%U %p\\n'" },
  { id: 'process.event_files', per: 'process', dimension: 'count', kind: 'constant', help: 'Perf events the process has open: it samples or records, or has a BPF program run at them', see: "find /proc/PID/fd -lname 'anon_inode:\\[perf_event\\]'" },
  { id: 'inotify.instances_limit', dimension: 'count', kind: 'constant', help: 'Inotify instances one user may have', see: 'sysctl fs.inotify.max_user_instances' },
  { id: 'inotify.user', dimension: 'text', kind: 'text', help: 'User id that has most inotify instances', see: "find /proc/*/fd -lname 'anon_inode:inotify' -printf '%U %p\\n'" },
  { id: 'aio.used', dimension: 'count', kind: 'constant', help: 'Requests that contexts of native asynchronous I/O are made for (aio-nr)', see: 'sysctl fs.aio-nr' },
  { id: 'aio.limit', dimension: 'count', kind: 'constant', help: 'Most of them on this host (aio-max-nr)', see: 'sysctl fs.aio-max-nr' },
  { id: 'entropy.available', dimension: 'count', kind: 'gauge', help: 'Bits in the entropy pool; has no meaning since kernel 5.18', see: 'cat /proc/sys/kernel/random/entropy_avail' },
  { id: 'task.blocked_threads', dimension: 'count', kind: 'gauge', help: 'Threads in state D (uninterruptible sleep) when sampled', see: census },
  { id: 'task.wait_channel', dimension: 'text', kind: 'text', help: 'Kernel functions the threads in state D slept in at the end of the window, most threads first', see: census },
  { id: 'process.wait_channel', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function most of its threads in state D slept in', see: census },
  { id: 'process.blocked_threads', per: 'process', dimension: 'count', kind: 'gauge', help: 'Its threads in state D when sampled', see: census },
  { id: 'process.block_delay', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of the window its main thread waited for block I/O (delay accounting)', see: 'pidstat -d -p PID 1 5' },
  { id: 'process.user_threads', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads of a process of the user nearest to its limit of tasks', see: 'ps -u UID -o nlwp,pid,comm --sort -nlwp' },
  { id: 'cgroup.dying', dimension: 'count', kind: 'constant', help: 'Groups that were deleted and still hold memory (v2 nr_dying_descendants; v1 groups counted but not there)', see: 'cat /sys/fs/cgroup/cgroup.stat' },
  { id: 'cgroup.under_oom', per: 'cgroup', dimension: 'flag', kind: 'constant', help: '1 when the group is out of memory and its tasks are held until somebody acts (v1)', see: group('memory.oom_control') },
  { id: 'cgroup.bursts', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Periods in the window in which the group used more than its quota from saved time', see: group('cpu.stat') },
  { id: 'cgroup.swap_failures', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Times in the window the group could not swap out at its swap limit', see: group('memory.swap.events') },
  { id: 'cgroup.cpu_pressure', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task of the group waited for a CPU (v2 only)', see: group('cpu.pressure') },
  { id: 'cgroup.io_bytes', per: 'cgroup', dimension: 'byteRate', kind: 'rate', help: 'Read and written by the group on all devices', see: group('io.stat') },
  { id: 'container.cpus', dimension: 'count', kind: 'constant', help: 'CPUs the group tracebook runs in may use by its quota, its ancestors included; absent without a quota', see: group('cpu.max') },
  { id: 'container.cpu', dimension: 'ratio', kind: 'rate', help: 'CPU used by that group; 100 % is one CPU', see: group('cpu.stat') },
  { id: 'container.throttled_periods', dimension: 'ratio', kind: 'rate', help: 'Share of the periods in which its quota stopped that group', see: group('cpu.stat') },
  { id: 'container.memory_working', dimension: 'bytes', kind: 'constant', help: 'Memory charged to that group less inactive file cache', see: group('memory.stat') },
  { id: 'container.memory_limit', dimension: 'bytes', kind: 'constant', help: 'Memory limit of that group; absent without one', see: group('memory.max') },
]
