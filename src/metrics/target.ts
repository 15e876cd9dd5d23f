// Metrics of what the operator says is slow (--target): its processes, its control groups, its mount, its listeners, or a peer.
import type { Metric } from '../model/metric.ts'

const group = (file: string) => `cat /sys/fs/cgroup/GROUP/${file}`
const ss = 'ss -t -i -n dst ADDRESS'
const threads = 'pidstat -t -p PID 1 5'

/** Of several processes of one target: the sum, or the worst thread of all of them; the help says which. */
export const metrics: readonly Metric[] = [
  { id: 'target.kind', dimension: 'text', kind: 'text', help: 'What kind of thing the target is: process, listener, mount, peer, or missing when nothing here is called that' },
  { id: 'target.name', dimension: 'text', kind: 'text', help: 'The target, for people: name and pid, mount point, address' },
  { id: 'target.found', dimension: 'flag', kind: 'constant', help: '1 when the target was there when the window ended; unknown when there is no such thing' },
  { id: 'target.processes', dimension: 'count', kind: 'constant', help: 'Processes the target consists of; at most 16 of them are looked at', see: 'pgrep -x NAME' },
  { id: 'target.threads', dimension: 'count', kind: 'constant', help: 'Threads of the processes looked at', see: 'ps -o nlwp= -p PID' },
  { id: 'target.state', dimension: 'text', kind: 'text', help: 'Worst state of any thread at the end of the window: stopped, traced, uninterruptible, dead, running, asleep', see: 'ps -L -o state,tid,comm -p PID' },
  { id: 'target.cpu', dimension: 'ratio', kind: 'gauge', help: 'CPU used, summed over the processes; 100 % is one CPU', see: 'pidstat -u -p PID 1 5' },
  { id: 'target.cpu_user', dimension: 'ratio', kind: 'gauge', help: 'CPU used in user mode, summed over the processes', see: 'pidstat -u -p PID 1 5' },
  { id: 'target.cpu_system', dimension: 'ratio', kind: 'gauge', help: 'CPU used in the kernel, summed over the processes', see: 'pidstat -u -p PID 1 5' },
  { id: 'target.cpu_wait', dimension: 'ratio', kind: 'gauge', help: 'Share of time the thread that waited most was runnable but not running, of all threads in each sample', see: threads },
  { id: 'target.busiest_thread', dimension: 'ratio', kind: 'gauge', help: 'CPU used by the busiest thread in each sample', see: threads },
  { id: 'target.uninterruptible', dimension: 'ratio', kind: 'rate', help: 'Share of samples in uninterruptible sleep (D), of the thread that had most', see: 'ps -L -o state,tid,wchan:30 -p PID' },
  { id: 'target.wait_channel', dimension: 'text', kind: 'text', help: 'Kernel function the threads slept in most often; those in uninterruptible sleep before all others', see: 'cat /proc/PID/task/*/wchan' },
  { id: 'target.io_bytes', dimension: 'byteRate', kind: 'gauge', help: 'Read from and written to storage, summed over the processes; needs root for others’ processes', see: 'pidstat -d -p PID 1 5' },
  { id: 'target.major_faults', dimension: 'rate', kind: 'gauge', help: 'Page faults per second that had to read from a device, summed over the processes', see: 'pidstat -r -p PID 1 5' },
  { id: 'target.rss', dimension: 'bytes', kind: 'gauge', help: 'Resident memory, summed over the processes: what they share counts for each of them', see: 'pidstat -r -p PID 1 5' },
  { id: 'target.swapped', dimension: 'bytes', kind: 'constant', help: 'Memory of the processes that is swapped out', see: 'grep VmSwap /proc/PID/status' },

  { id: 'target.process.stopped', per: 'process', dimension: 'flag', kind: 'constant', help: '1 when a signal has stopped the process (T) at the end of the window', see: 'ps -o state,pid,comm -p PID' },
  { id: 'target.process.traces', per: 'process', dimension: 'count', kind: 'constant', help: 'Of a tracer: how many processes of the target it traces', see: 'grep TracerPid /proc/PID/status' },
  { id: 'target.process.traced', per: 'process', dimension: 'text', kind: 'text', help: 'Of a tracer: the processes of the target it traces', see: 'grep TracerPid /proc/PID/status' },
  { id: 'target.process.held', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Of a tracer: share of samples in which a thread it traces was stopped for it (t)', see: 'ps -L -o state,tid -p PID' },
  { id: 'target.process.uninterruptible', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of samples in uninterruptible sleep (D), of the thread that had most', see: 'ps -L -o state,tid,wchan:30 -p PID' },
  { id: 'target.process.wait_channel', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function its threads slept in most often; those in uninterruptible sleep before all others', see: 'cat /proc/PID/task/*/wchan' },
  { id: 'target.process.cpu', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU used by the process, all threads; 100 % is one CPU', see: threads },
  { id: 'target.process.cpu_wait', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'Share of time its thread that waited most was runnable but not running, in each sample', see: threads },
  { id: 'target.process.busiest_thread', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'CPU used by its busiest thread in each sample', see: threads },
  { id: 'target.process.busiest_name', per: 'process', dimension: 'text', kind: 'text', help: 'Name and id of the thread that used most CPU over the window', see: threads },
  { id: 'target.process.threads', per: 'process', dimension: 'count', kind: 'constant', help: 'Threads of the process', see: 'ps -o nlwp= -p PID' },
  { id: 'target.process.affinity', per: 'process', dimension: 'count', kind: 'constant', help: 'CPUs the process may run on (Cpus_allowed of its main thread)', see: 'taskset -cp PID' },
  { id: 'target.process.priority', per: 'process', dimension: 'text', kind: 'text', help: 'Scheduling class and priority: normal, nice 10, idle, real-time FIFO 50', see: 'ps -o cls,ni,rtprio -p PID' },
  { id: 'target.process.lowered', per: 'process', dimension: 'flag', kind: 'constant', help: '1 when it gives way to others: a nice value above 0, or the idle or batch class', see: 'ps -o cls,ni -p PID' },
  { id: 'target.process.open_files', per: 'process', dimension: 'count', kind: 'constant', help: 'Open file descriptors', see: 'ls /proc/PID/fd | wc -l' },
  { id: 'target.process.open_files_limit', per: 'process', dimension: 'count', kind: 'constant', help: 'Most file descriptors it may have (soft limit); absent when unlimited', see: "grep 'open files' /proc/PID/limits" },

  { id: 'target.group.frozen', per: 'cgroup', dimension: 'flag', kind: 'constant', help: '1 when a group of the target, or one above it, is frozen', see: group('cgroup.events') },
  { id: 'target.group.cpu', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'CPU used by the group; 100 % is one CPU', see: group('cpu.stat') },
  { id: 'target.group.cpu_quota', per: 'cgroup', dimension: 'ratio', kind: 'constant', help: 'CPU the group may use; 100 % is one CPU; absent without a quota', see: group('cpu.max') },
  { id: 'target.group.periods', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Scheduling periods in the window in which the group ran', see: group('cpu.stat') },
  { id: 'target.group.throttled_periods', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of those periods in which the quota stopped the group', see: group('cpu.stat') },
  { id: 'target.group.memory', per: 'cgroup', dimension: 'bytes', kind: 'constant', help: 'Memory charged to the group', see: group('memory.current') },
  { id: 'target.group.memory_limit', per: 'cgroup', dimension: 'bytes', kind: 'constant', help: 'Memory limit; absent without one', see: group('memory.max') },
  { id: 'target.group.memory_limit_hits', per: 'cgroup', dimension: 'count', kind: 'count', help: 'Times in the window the group hit its limit (memory.events high and max; v1 failcnt)', see: group('memory.events') },
  { id: 'target.group.memory_pressure', per: 'cgroup', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task of the group waited for memory (v2 only)', see: group('memory.pressure') },
  { id: 'target.group.refault', per: 'cgroup', dimension: 'rate', kind: 'rate', help: 'Pages per second of the group read back soon after they were evicted', see: group('memory.stat') },

  { id: 'target.listener.queue', per: 'listener', dimension: 'count', kind: 'gauge', help: 'Connections that wait to be accepted (Recv-Q) on the port, or on the listening sockets of the process', see: 'ss -l -t -n -p' },
  { id: 'target.listener.backlog', per: 'listener', dimension: 'count', kind: 'constant', help: 'Length of that accept queue (Send-Q)', see: 'ss -l -t -n -p' },

  { id: 'target.mount.read_only', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when the file system is read-only, of a type that can be written', see: 'findmnt MOUNT' },
  { id: 'target.mount.used', per: 'mount', dimension: 'ratio', kind: 'constant', help: 'Share of the space in use, as an ordinary user sees it', see: 'df -h MOUNT' },
  { id: 'target.mount.available', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Space an ordinary user may still write', see: 'df -h MOUNT' },
  { id: 'target.mount.inodes_used', per: 'mount', dimension: 'ratio', kind: 'constant', help: 'Share of the inodes in use; absent where they are made on demand', see: 'df -i MOUNT' },
  { id: 'target.mount.await', per: 'mount', dimension: 'seconds', kind: 'rate', help: 'Mean time of a read or write of its device in the window', see: 'iostat -x 1 5' },
  { id: 'target.mount.await_limit', per: 'mount', dimension: 'seconds', kind: 'constant', help: 'Time above which an I/O is slow for a device of its class', see: 'lsblk -d -o NAME,ROTA,TRAN' },
  { id: 'target.mount.queue', per: 'mount', dimension: 'count', kind: 'rate', help: 'Mean number of requests in flight at its device', see: 'iostat -x 1 5' },
  { id: 'target.mount.operations', per: 'mount', dimension: 'rate', kind: 'rate', help: 'Reads and writes per second of its device', see: 'iostat -x 1 5' },

  { id: 'target.peer.sockets', per: 'peer', dimension: 'count', kind: 'constant', help: 'TCP connections to the peer at the end of the window', see: ss },
  { id: 'target.peer.connecting', per: 'peer', dimension: 'count', kind: 'constant', help: 'Connections to the peer that were not answered at either end of the window (SYN-SENT)', see: ss },
  { id: 'target.peer.rtt', per: 'peer', dimension: 'seconds', kind: 'gauge', help: 'Round-trip time the kernel measured, median of the connections', see: ss },
  { id: 'target.peer.rtt_min', per: 'peer', dimension: 'seconds', kind: 'constant', help: 'Least round-trip time of any connection: the distance without queues', see: ss },
  { id: 'target.peer.rto', per: 'peer', dimension: 'seconds', kind: 'gauge', help: 'Longest retransmission timeout of any connection', see: ss },
  { id: 'target.peer.segments', per: 'peer', dimension: 'count', kind: 'count', help: 'Data segments sent to the peer in the window, retransmitted ones included', see: ss },
  { id: 'target.peer.retransmitted', per: 'peer', dimension: 'count', kind: 'count', help: 'Segments sent again to the peer in the window', see: ss },
  { id: 'target.peer.retransmit_ratio', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Segments sent again as a share of the data segments sent', see: ss },
  { id: 'target.peer.send_queue', per: 'peer', dimension: 'bytes', kind: 'gauge', help: 'Data sent or to be sent that the peer has not acknowledged, most of any connection', see: ss },
]
