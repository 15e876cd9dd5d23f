// ss: all Unix sockets with their processes → who does not read what others have sent.
//   Netid State Recv-Q Send-Q     Local Address:Port    Peer Address:Port  Process
//   u_dgr ESTAB 14     0      /run/app/log.sock 1735610            * 0      users:(("logd",pid=8,fd=3))
//   u_dgr ESTAB 0      9216                   * 1737164            * 1735610 users:(("shop",pid=59,fd=3))
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { MOST_LINES, type Owner } from '../ss/listeners.ts'

const HEADER = /^Netid\s+State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
/** A path may hold blanks; the number after it is the inode. */
const LINE = /^(?:u_str|u_dgr|u_seq)\s+\S+\s+(\d+)\s+(\d+)\s+(\S.*?)\s+(\d+)\s+(\S.*?)\s+(\d+)\s*(users:.*)?$/
const MOST_INSTANCES = 16

interface Socket {
  /** Bytes it has sent that the other side has not read, with what the kernel adds. */
  readonly sent: number
  readonly path: string
  readonly inode: string
  readonly peer: string
  readonly owners: readonly Owner[]
}

export const source: Source = {
  id: 'ss_unix',
  tier: 'run',
  tool: 'ss',
  asks: 'Which process does not read what others send to its Unix socket?',
  gives: ['process.unread_senders', 'process.unread_bytes', 'process.unread_socket'],
  requests: () => [{ kind: 'run', argv: ['ss', '-x', '-a', '-n', '-p'], at: 'start' }],
  parse: ([look], { context }) => {
    const all = sockets(look?.text ?? '')
    if (isUnavailable(all)) return all
    const senders = all.filter((one) => one.sent > 0 && one.peer !== '0')
    const receivers = all.filter((one) => senders.some((sender) => sender.peer === one.inode))
    const named = receivers.some((one) => one.owners.length > 0)
    if (receivers.length > 0 && !named && !context.privileges.root)
      return unavailable('not permitted', 'ss names the processes of other users only to root', 'run as root')
    return { instances: processes(receivers, senders) }
  },
}

function sockets(text: string): readonly Socket[] | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with Netid, Recv-Q, Send-Q and both addresses')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} sockets: the list is not read`)
  const found: Socket[] = []
  for (const line of rest) {
    if (line.trim() === '') continue
    const [, , sent = '', path = '', inode = '', , peer = '', users = ''] = LINE.exec(line.trimEnd()) ?? []
    if (inode === '') return unavailable('not understood', 'ss printed a line that is not a Unix socket')
    const owners = [...users.matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/g)].map(([, comm = '', pid]) => ({
      comm,
      pid: Number(pid),
    }))
    found.push({ sent: Number(sent), path, inode, peer, owners })
  }
  return found
}

function processes(receivers: readonly Socket[], senders: readonly Socket[]): Instance[] {
  const found = new Map<number, { owner: Owner; senders: number; bytes: number; path: string; most: number }>()
  for (const receiver of receivers) {
    // Of several holders the oldest made it; init only passes sockets on.
    const owner = receiver.owners.toSorted((a, b) => age(a) - age(b))[0]
    if (!owner) continue
    const own = senders.filter((one) => one.peer === receiver.inode)
    const bytes = own.reduce((sum, one) => sum + one.sent, 0)
    const before = found.get(owner.pid) ?? { owner, senders: 0, bytes: 0, path: '', most: -1 }
    const larger = bytes > before.most
    found.set(owner.pid, {
      owner,
      senders: before.senders + own.length,
      bytes: before.bytes + bytes,
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
      },
    }))
}

function age({ pid }: Owner): number {
  return pid === 1 ? Infinity : pid
}
