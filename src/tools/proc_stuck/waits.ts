// The kernel function a process sleeps in → what it waits for, where that is something that should not last.
//   anon_pipe_write               pipe     (pipe_write before 6.15)
//   sock_alloc_send_pskb          socket   (unix_wait_for_peer for datagrams)
//   request_wait_answer           server   (FUSE; rpc_wait_bit_killable for NFS, wait_for_response for SMB)

/** Readers that wait for a writer are how programs idle; a writer that waits for its reader is work that does not get on. */
export type Wait = 'pipe' | 'socket' | 'server'

const WAITS: readonly (readonly [RegExp, Wait])[] = [
  // pipe_wait of older kernels is where readers sleep, too.
  [/^(?:anon_pipe_write|fifo_pipe_write|pipe_write|pipe_wait_writable)$/, 'pipe'],
  [/^(?:unix_wait_for_peer|sock_alloc_send_pskb|sock_wait_for_wmem)$/, 'socket'],
  // Not fuse_dev_do_read: there the server itself idles.
  [/^(?:request_wait_answer|fuse_get_req|fuse_lock_inode|fuse_set_nowrite|fuse_wait_on_\w+)$/, 'server'],
  [/^(?:rpc_wait_bit_killable|(?:nfs|ceph|cifs|smb2)\w*_wait\w*|wait_for_response|p9_client_rpc|p9_virtio_request)$/, 'server'],
]

export function waitOf(channel: string): Wait | undefined {
  return WAITS.find(([pattern]) => pattern.test(channel))?.[1]
}
