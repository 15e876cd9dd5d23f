// ss: the table of listening TCP sockets at both ends of the window → accept queue, backlog and process of each.
//   State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess
//   LISTEN 2      1               127.0.0.1:7005      0.0.0.0:*    users:(("python3",pid=19410,fd=3))
//   LISTEN 0      128                     *:22              *:*    users:(("sshd",pid=700,fd=3),("systemd",pid=1,fd=44))
import type { RunRequest, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { instances, MOST_LINES, type Listener } from './listeners.ts'

const HEADER = /^State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
// The name of a process may hold blanks, quotes and brackets: users: is everything after the two addresses.
const LINE = /^(\S+)\s+(\d+)\s+(\d+)\s+(\S+):(\d+)\s+\S+:\S+(?:\s+(\S.*))?$/

const MANY = 1000

/** The same table with the processes that hold each socket. */
export const WITH_OWNERS: RunRequest = { kind: 'run', argv: ['ss', '-l', '-t', '-n', '-p'], at: 'end' }

export const source: Source = {
  id: 'ss',
  tier: 'run',
  tool: 'ss',
  asks: 'Does a program fail to accept its connections, and which?',
  gives: ['listener.queue', 'listener.backlog'],
  // Only -t: asking for another family makes the kernel load a module. With the header, so that no listener is not taken for no answer.
  // -p reads the descriptors of every process: among thousands the owner is asked for only when a listener is to blame.
  requests: (_window, context) =>
    context.processes > MANY ? [{ kind: 'run', argv: ['ss', '-l', '-t', '-n'], at: 'end' }] : [WITH_OWNERS],
  parse: (looks) => {
    const seen: (readonly Listener[])[] = []
    for (const look of looks) {
      const found = listening(look.text)
      if ('unavailable' in found) return found
      seen.push(found)
    }
    return seen.length > 0 ? { instances: instances(seen) } : unavailable('not measured', 'ss was not run')
  },
}

function listening(text: string): readonly Listener[] | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with State, Recv-Q, Send-Q and Local Address:Port')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} listening sockets: the list is not read`)
  // Output that was cut ends without a line feed: its last line may be half a port.
  const lines = rest.slice(0, -1).map((line) => LINE.exec(line.trimEnd()))
  if (lines.includes(null))
    return unavailable('not understood', 'ss printed a line that is not state, two queues and two addresses')
  return lines.flatMap((cells) => (cells?.[1] === 'LISTEN' ? [listener(cells)] : []))
}

function listener([, , queue, backlog, address, port = '', users = '']: RegExpExecArray): Listener {
  const owners = [...users.matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/g)].map(([, comm = '', pid]) => ({
    comm,
    pid: Number(pid),
  }))
  return { name: `${address}:${port}`, port, queue: Number(queue), backlog: Number(backlog), owners }
}
