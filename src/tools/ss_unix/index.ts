// ss: all Unix sockets with their processes → who does not read what others have sent, and who does not take its connections.
//   Netid State Recv-Q Send-Q     Local Address:Port    Peer Address:Port  Process
//   u_dgr ESTAB 14     0      /run/app/log.sock 1735610            * 0      users:(("logd",pid=8,fd=3))
//   u_dgr ESTAB 0      9216                   * 1737164            * 1735610 users:(("shop",pid=59,fd=3))
//   u_str LISTEN 6     5      /run/app/fpm.sock 3469046            * 0      users:(("fpm",pid=9,fd=3))
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { autoloads } from '../../parse/modules.ts'
import type { Owner } from '../ss/listeners.ts'
import { processesOf } from '../target/need.ts'
import { listening } from './listening.ts'
import { age, sockets, type UnixSocket } from './sockets.ts'

const MOST_INSTANCES = 16

export const source: Source = {
  id: 'ss_unix',
  tier: 'run',
  tool: 'ss',
  asks: 'Which process does not read what others send to its Unix socket, or does not take its connections?',
  gives: [
    'process.unread_senders',
    'process.unread_bytes',
    'process.unread_socket',
    'process.unread_of_target',
    'listener.unix_queue',
    'listener.unix_backlog',
  ],
  // Asked for Unix sockets, the kernel itself loads unix_diag where it is a module, whoever asks.
  requests: (_window, context) =>
    autoloads('unix_diag', context) ?? [{ kind: 'run', argv: ['ss', '-x', '-a', '-n', '-p'], at: 'start' }],
  parse: ([look], { context }) => {
    const all = sockets(look?.text ?? '')
    if (isUnavailable(all)) return all
    const senders = all.filter((one) => one.sent > 0 && one.peer !== '0')
    const receivers = all.filter((one) => senders.some((sender) => sender.peer === one.inode))
    const named = receivers.some((one) => one.owners.length > 0)
    if (receivers.length > 0 && !named && !context.privileges.root)
      return unavailable('not permitted', 'ss names the processes of other users only to root', 'run as root')
    const target = processesOf(context)
    if (isUnavailable(target))
      return {
        instances: [...processes(receivers, senders), ...listening(all)],
        missing: { 'process.unread_of_target': target },
      }
    const pids = new Set(target.map(({ pid }) => pid))
    const ofTarget = ({ owners }: UnixSocket) => owners.some(({ pid }) => pids.has(pid))
    return { instances: [...processes(receivers, senders, ofTarget), ...listening(all)] }
  },
}

function processes(
  receivers: readonly UnixSocket[],
  senders: readonly UnixSocket[],
  ofTarget?: (sender: UnixSocket) => boolean,
): Instance[] {
  const found = new Map<
    number,
    { owner: Owner; senders: number; bytes: number; asked: number; path: string; most: number }
  >()
  for (const receiver of receivers) {
    const owner = receiver.owners.toSorted((a, b) => age(a) - age(b))[0]
    if (!owner) continue
    const own = senders.filter((one) => one.peer === receiver.inode)
    const bytes = sentBy(own)
    const before = found.get(owner.pid) ?? { owner, senders: 0, bytes: 0, asked: 0, path: '', most: -1 }
    const larger = bytes > before.most
    found.set(owner.pid, {
      owner,
      senders: before.senders + own.length,
      bytes: before.bytes + bytes,
      asked: before.asked + (ofTarget ? sentBy(own.filter(ofTarget)) : 0),
      path: larger ? receiver.path : before.path,
      most: Math.max(bytes, before.most),
    })
  }
  return [...found.values()]
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_INSTANCES)
    .map(({ owner, path, ...one }) => ({
      domain: 'process',
      name: String(owner.pid),
      labels: { pid: String(owner.pid), comm: owner.comm },
      values: {
        'process.unread_senders': one.senders,
        'process.unread_bytes': one.bytes,
        'process.unread_socket': path === '*' ? 'a socket without a name' : path,
        ...(ofTarget ? { 'process.unread_of_target': one.asked } : {}),
      },
    }))
}

function sentBy(senders: readonly UnixSocket[]): number {
  return senders.reduce((sum, { sent }) => sum + sent, 0)
}
