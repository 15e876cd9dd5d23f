// Text of ss -x -a -n -p → Unix sockets: state, both queues, path, inode, peer and who holds them.
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { MOST_LINES, type Owner } from '../ss/listeners.ts'

const HEADER = /^Netid\s+State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
/** A path may hold blanks; the number after it is the inode. */
const LINE = /^(?:u_str|u_dgr|u_seq)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\S.*?)\s+(\d+)\s+(\S.*?)\s+(\d+)\s*(users:.*)?$/

export interface UnixSocket {
  readonly state: string
  /** Bytes to be read; of one that listens, connections that wait to be accepted. */
  readonly received: number
  /** Bytes it has sent that the other side has not read, with what the kernel adds; of one that listens, its backlog. */
  readonly sent: number
  readonly path: string
  readonly inode: string
  readonly peer: string
  readonly owners: readonly Owner[]
}

export function sockets(text: string): readonly UnixSocket[] | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with Netid, Recv-Q, Send-Q and both addresses')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} sockets: the list is not read`)
  const found: UnixSocket[] = []
  for (const line of rest) {
    if (line.trim() === '') continue
    const [, state = '', received = '', sent = '', path = '', inode = '', , peer = '', users = ''] =
      LINE.exec(line.trimEnd()) ?? []
    if (inode === '') return unavailable('not understood', 'ss printed a line that is not a Unix socket')
    const owners = [...users.matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/g)].map(([, comm = '', pid]) => ({
      comm,
      pid: Number(pid),
    }))
    found.push({ state, received: Number(received), sent: Number(sent), path, inode, peer, owners })
  }
  return found
}

/** Of several holders the oldest made it; init only passes sockets on. */
export function age({ pid }: Owner): number {
  return pid === 1 ? Infinity : pid
}
