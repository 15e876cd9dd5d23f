// Metrics of processes that stand still in the kernel: in a write nobody reads, in a question a file server does not answer; and who is at the other end.
import type { Metric } from '../model/metric.ts'

const channels = 'grep -H . /proc/[0-9]*/wchan /proc/[0-9]*/schedstat'
const queues = 'ipcs -q -p; grep -H . /proc/[0-9]*/wchan'
const posixQueues = 'grep -H . /proc/[0-9]*/syscall; find /proc -path "/proc/[0-9]*/fd/*" -lname "/*" ! -lname "/*/*" -ls'
const descriptors = 'ls -l /proc/PID/fd'

/** "Stuck": asleep in the same kernel function at both ends of the window, and did not run once in between (main thread). */
export const metrics: readonly Metric[] = [
  { id: 'task.stuck_pipe', dimension: 'count', kind: 'constant', help: 'Processes that stood in a write to a full pipe for the whole window and did not run once', see: channels },
  { id: 'task.stuck_socket', dimension: 'count', kind: 'constant', help: 'Processes that stood in a write to a full Unix socket for the whole window and did not run once', see: channels },
  { id: 'task.stuck_queue', dimension: 'count', kind: 'constant', help: 'Processes that waited to send to a full message queue (System V) for the whole window and did not run once', see: channels },
  { id: 'task.stuck_server', dimension: 'count', kind: 'constant', help: 'Processes that waited for the server of a file system (FUSE, NFS, SMB, Ceph, 9p) for the whole window and did not run once', see: channels },
  { id: 'task.stuck_freeze', dimension: 'count', kind: 'constant', help: 'Processes that waited for a frozen file system to be thawed for the whole window and did not run once', see: channels },
  { id: 'mount.stuck_writers', per: 'mount', dimension: 'count', kind: 'constant', help: 'Processes that hang and have a file of it open for writing, or work there', see: descriptors },
  { id: 'process.stuck', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for those processes', see: channels },
  { id: 'process.stuck_channel', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function such a process stands in', see: channels },
  { id: 'process.pipe_writers_held', per: 'process', dimension: 'count', kind: 'constant', help: 'Processes that wait in a write to a pipe this process should read, and that it and its children leave asleep', see: descriptors },
  { id: 'process.pipe_reader_state', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function the reader of such a pipe sleeps in', see: descriptors },
  { id: 'process.queue_senders_held', per: 'process', dimension: 'count', kind: 'constant', help: 'Processes that wait to send to a message queue this process received from last', see: queues },
  { id: 'process.queue_messages', per: 'process', dimension: 'count', kind: 'constant', help: 'Messages in that queue', see: queues },
  { id: 'process.queue_reader_state', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function it sleeps in', see: queues },
  { id: 'task.stuck_posix_queue', dimension: 'count', kind: 'constant', help: 'Processes that waited at a POSIX message queue for the whole window and did not run once: to send to a full one, or to receive, which is how receivers idle', see: channels },
  { id: 'task.posix_queue_senders', dimension: 'count', kind: 'constant', help: 'Those of them that wait in mq_send', see: posixQueues },
  { id: 'process.posix_queue_sender', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for a process that waits in mq_send and did not run once', see: posixQueues },
  { id: 'process.posix_queue_senders_held', per: 'process', dimension: 'count', kind: 'constant', help: 'Processes that wait in mq_send on a POSIX message queue this process has open for reading and leaves alone', see: posixQueues },
  { id: 'process.posix_queue_name', per: 'process', dimension: 'text', kind: 'text', help: 'Name of that queue', see: posixQueues },
  { id: 'process.posix_queue_reader_state', per: 'process', dimension: 'text', kind: 'text', help: 'Kernel function it sleeps in', see: posixQueues },
  { id: 'process.unread_senders', per: 'process', dimension: 'count', kind: 'constant', help: 'Unix sockets whose data this process has not read', see: 'ss -x -a -n -p' },
  { id: 'process.unread_bytes', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Memory of the messages on Unix sockets that this process has not read', see: 'ss -x -a -n -p' },
  { id: 'process.unread_socket', per: 'process', dimension: 'text', kind: 'text', help: 'Path of its Unix socket with most unread data', see: 'ss -x -a -n -p' },
  { id: 'process.unread_of_target', per: 'process', dimension: 'bytes', kind: 'constant', help: 'The part of it that the target sent', see: 'ss -x -a -n -p' },
  { id: 'listener.unix_waiting', per: 'listener', dimension: 'count', kind: 'gauge', help: 'Connections to this Unix socket that no program has taken yet', see: 'cat /proc/net/unix' },
  { id: 'listener.unix_queue', per: 'listener', dimension: 'count', kind: 'constant', help: 'Connections waiting to be accepted (Recv-Q of a listening Unix socket)', see: 'ss -x -l -n -p' },
  { id: 'listener.unix_backlog', per: 'listener', dimension: 'count', kind: 'constant', help: 'Length of the accept queue (Send-Q of a listening Unix socket)', see: 'ss -x -l -n -p' },
  { id: 'mount.server_type', per: 'mount', dimension: 'text', kind: 'text', help: 'Type of a file system that depends on a server, a program (FUSE) or another host', see: 'findmnt -t nfs,nfs4,cifs,fuse' },
  { id: 'mount.server_requests', per: 'mount', dimension: 'count', kind: 'constant', help: 'Requests its FUSE server has not answered', see: 'grep . /sys/fs/fuse/connections/*/waiting' },
  { id: 'mount.server_alone', per: 'mount', dimension: 'flag', kind: 'constant', help: '1 when it is the only mounted file system that depends on a server', see: 'findmnt -t nfs,nfs4,cifs,fuse' },
]
