// ss: the table of listening TCP sockets at both ends of the window → accept queue, backlog and process of each.
//   State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess
//   LISTEN 2      1               127.0.0.1:7005      0.0.0.0:*    users:(("python3",pid=19410,fd=3))
//   LISTEN 0      128                     *:22              *:*    users:(("sshd",pid=700,fd=3),("systemd",pid=1,fd=44))
import type { RunRequest, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { lacking } from '../../parse/lacking.ts'
import { columnIndex, lines, row, words } from '../../parse/table.ts'
import { instances, MOST_LINES, type Listener } from './listeners.ts'

/** Titles in the order of the header; two of them are of two words, and iproute2 6.1 runs the last two together. */
const TITLE = /Local Address:Port|Peer Address:Port|Process|[^ \t]+?(?=Local Address|Peer Address|Process|[ \t]|$)/g
const LOCAL = 'Local Address:Port'

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
    if (seen.length === 0) return unavailable('not measured', 'ss was not run')
    const found = instances(seen)
    const missing = lacking('ss', source.gives, found)
    return Object.keys(missing).length > 0 ? { instances: found, missing } : { instances: found }
  },
}

function listening(text: string): readonly Listener[] | Unavailable {
  const all = lines(text)
  const at = all.findIndex((line) => line.includes(LOCAL))
  const titles: readonly string[] = all[at]?.match(TITLE) ?? []
  if (!titles.includes('State') || !titles.includes('Recv-Q') || !titles.includes(LOCAL))
    return unavailable('not understood', 'ss printed no header with State, Recv-Q, Send-Q and Local Address:Port')
  const rows = all.slice(at + 1)
  if (rows.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} listening sockets: the list is not read`)
  const found: Listener[] = []
  for (const line of rows) {
    const one = listener(titles, line)
    if (one === undefined)
      return unavailable('not understood', 'ss printed a line that is not state, two queues and two addresses')
    if (one !== 'other') found.push(one)
  }
  return found
}

/** A row below titles. The name of a process may hold blanks, quotes and brackets: users: is everything after the last other column. */
function listener(titles: readonly string[], line: string): Listener | 'other' | undefined {
  const columns = titles.filter((title) => title !== 'Process')
  const match = new RegExp(`^[ \\t]*((?:[^ \\t]+[ \\t]+){${columns.length}})(.*)$`, 's').exec(`${line} `)
  const cells = row(columnIndex(columns), words(match?.[1] ?? ''))
  const queue = cells.number('Recv-Q')
  const backlog = cells.number('Send-Q')
  const address = /^(\S+):(\d+)$/.exec(cells.text(LOCAL) ?? '')
  if (!match || queue === undefined || !address || (titles.includes('Send-Q') && backlog === undefined))
    return undefined
  if (cells.text('State') !== 'LISTEN') return 'other'
  const owners = [...(match[2] ?? '').matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/gs)].map(([, comm = '', pid]) => ({
    comm,
    pid: Number(pid),
  }))
  return { name: address[0], port: address[2] ?? '', queue, owners, ...(backlog === undefined ? {} : { backlog }) }
}
