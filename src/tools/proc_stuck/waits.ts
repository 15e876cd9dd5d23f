// The kernel function a process sleeps in → what it waits for, where that is something that should not last.
//   anon_pipe_write               pipe     (pipe_write before 6.15)
//   unix_wait_for_peer            socket   (percpu_rwsem_wait: freeze, a write to a frozen filesystem)
//   request_wait_answer           server   (FUSE; rpc_wait_bit_killable for NFS, wait_for_response for SMB)
import type { Instance } from '../../model/metric.ts'
import type { ProcessRecord } from '../../parse/scan.ts'

/** Readers that wait for a writer are how programs idle; a writer that waits for its reader is work that does not get on. */
export type Wait = 'pipe' | 'socket' | 'queue' | 'posix_queue' | 'server' | 'freeze'

const WAITS: readonly (readonly [RegExp, Wait])[] = [
  // pipe_wait of older kernels is where readers sleep, too.
  [/^(?:anon_pipe_write|fifo_pipe_write|pipe_write|pipe_wait_writable)$/, 'pipe'],
  [/^(?:unix_wait_for_peer|sock_alloc_send_pskb|sock_wait_for_wmem)$/, 'socket'],
  // A message queue of System V.
  [/^do_msgsnd$/, 'queue'],
  // Those of POSIX: one function to send and to receive, so this alone is no trouble. Their receivers idle there.
  [/^(?:wq_sleep|do_mq_timedsend|(?:SyS|sys|__\w+_sys)_mq_timedsend)$/, 'posix_queue'],
  // Who writes to a frozen filesystem; a moment of it is nothing.
  [/^(?:percpu_rwsem_wait|__percpu_down_read\w*|sb_start_write\w*|__sb_start_write|sb_wait_write)$/, 'freeze'],
  // Not fuse_dev_do_read: there the server itself idles.
  [/^(?:request_wait_answer|fuse_get_req|fuse_lock_inode|fuse_set_nowrite|fuse_wait_on_\w+)$/, 'server'],
  [
    /^(?:rpc_wait_bit_killable|(?:nfs|ceph|cifs|smb2)\w*_wait\w*|wait_for_response|p9_client_rpc|p9_virtio_request)$/,
    'server',
  ],
]

export function waitOf(channel: string | undefined): Wait | undefined {
  return channel === undefined ? undefined : WAITS.find(([pattern]) => pattern.test(channel))?.[1]
}

/** wchan is the first file of the scan. `0` is shown for who runs, and to who may not know. */
export function channelOf({ files }: ProcessRecord): string | undefined {
  const name = files[0]?.trim() ?? ''
  return name === '' || name === '0' ? undefined : name
}

/** What a process that should read does instead. */
export function standsIn(process: ProcessRecord): string {
  const stopped = { T: 'stopped by a signal', t: 'stopped by a tracer' }[process.state]
  return stopped ?? `asleep in ${channelOf(process) ?? '?'}`
}

export function processInstance({ pid, comm, parent }: ProcessRecord, values: Instance['values']): Instance {
  return { domain: 'process', name: String(pid), labels: { pid: String(pid), comm, ppid: String(parent) }, values }
}
