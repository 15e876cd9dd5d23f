// ss: all TCP sockets at both ends of the window, at the end with their processes → states, accept queues, ports per destination, sockets nobody closes.
//   State      Recv-Q Send-Q Local Address:Port    Peer Address:Port Process
//   ESTAB      0      0          10.0.0.5:40112        10.0.0.9:5432  users:(("app",pid=812,fd=9))
//   CLOSE-WAIT 1      0      [::ffff:127.0.0.1]:8080 [::ffff:127.0.0.1]:40118 users:(("java",pid=99,fd=12))
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { instances as listeners, MOST_LINES } from '../ss/listeners.ts'
import { census, gives, type Look, type Socket } from './census.ts'
import { gives as lookups, tcpLookups } from './lookups.ts'
import { rangeOf } from './ports.ts'

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const HEADER = /^State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
// The name of a process may hold blanks, quotes and brackets: users: is everything after the two addresses.
const LINE = /^([A-Z0-9-]+)\s+(\d+)\s+(\d+)\s+(\S+):(\d+|\*)\s+(\S+):(\d+|\*)(?:\s+(\S.*))?$/
/** -p reads the descriptors of every process: among thousands their names cost more than they are worth. */
const MANY_PROCESSES = 1000
const MOST_OWNERS = 16

export const source: Source = {
  id: 'ss_sockets',
  tier: 'run',
  tool: 'ss',
  asks: 'Do outgoing ports run short, does a program leave its sockets open, do handshakes pile up?',
  // The accept queues as well: where both are asked for, one list of sockets is enough.
  gives: [
    ...gives,
    ...lookups,
    'process.received_unread',
    'process.connections_unread',
    'process.unsent',
    'listener.queue',
    'listener.backlog',
  ],
  // Only -t: asking for another family makes the kernel load a module. -p looks through all processes: once is enough.
  requests: (_window, context) => [
    { kind: 'run', argv: ['ss', '-t', '-a', '-n'], at: 'start' },
    { kind: 'read', paths: [RANGE], at: 'start' },
    {
      kind: 'run',
      argv: context.processes > MANY_PROCESSES ? ['ss', '-t', '-a', '-n'] : ['ss', '-t', '-a', '-n', '-p'],
      at: 'end',
    },
  ],
  parse: (looks, { context }) => {
    const seen: Look[] = []
    for (const look of looks) {
      if (files(look.text).has(RANGE) || look.paths) continue
      const found = sockets(look.text)
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', 'ss was not run')
    const range = looks.map((look) => rangeOf(files(look.text).get(RANGE))).find((one) => one !== undefined)
    const { host, instances } = census(seen, range)
    const asked = tcpLookups(seen)
    const nobody = {
      ...unnamed(seen, host['tcp.close_wait_stuck'], context),
      ...(range ? {} : noRange()),
    }
    const connections = lasting(seen)
    const once = unavailable('not measured', 'the sockets were listed only once')
    return {
      host: { ...host, ...asked.host },
      instances: joined(
        instances,
        asked.instances,
        unread(connections),
        waiting(connections),
        held(connections),
        listeners(seen.map(accepting)),
      ),
      missing: seen.length > 1 ? nobody : { ...nobody, '*': once },
    }
  },
}

export function noRange(): Readonly<Record<string, Unavailable>> {
  const why = unavailable('not understood', `${RANGE} holds no two ports`)
  return {
    'tcp.local_ports': why,
    'peer.ports': why,
    'peer.ports_used': why,
    'peer.time_wait': why,
    'peer.syn_sent': why,
  }
}

/** Sockets of other users are listed without their processes. */
function unnamed(seen: readonly Look[], stuck: unknown, context: Context): Readonly<Record<string, Unavailable>> {
  const owned = (seen.at(-1) ?? []).some((one) => one.state === 'CLOSE-WAIT' && one.owners.length > 0)
  if (stuck === 0 || owned) return {}
  if (context.processes > MANY_PROCESSES)
    return {
      'process.close_wait': unavailable(
        'not measured',
        'among more than 1,000 processes the owners of sockets are not looked for',
        'ss -tnp state close-wait',
      ),
    }
  if (context.privileges.root) return {}
  const why = unavailable('not permitted', 'ss names the processes of other users only to root', 'run as root')
  return { 'process.close_wait': why }
}

function sockets(text: string): Look | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with State, Recv-Q, Send-Q and Local Address:Port')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} sockets: the list is not read`)
  // Output that was cut ends without a line feed: its last line may be half a port.
  const lines = rest.slice(0, -1).map((line) => LINE.exec(line.trimEnd()))
  if (lines.includes(null))
    return unavailable('not understood', 'ss printed a line that is not state, two queues and two addresses')
  return lines.flatMap((cells) => (cells ? socket(cells) : []))
}

/** An established connection of a process at the last look, and at the first. */
interface Lasting {
  readonly owner: Socket['owners'][number]
  readonly now: Socket
  readonly before: Socket
}

function lasting(seen: readonly Look[]): Lasting[] {
  const [first, last] = [seen[0], seen.at(-1)]
  if (!first || !last || seen.length < 2) return []
  const key = (one: Socket) => `${one.address} ${one.port} ${one.peer} ${one.peerPort}`
  const earlier = new Map(first.map((one) => [key(one), one]))
  return last.flatMap((now) => {
    const owner = now.state === 'ESTAB' ? now.owners[0] : undefined
    const before = owner && earlier.get(key(now))
    return before ? [{ owner, now, before }] : []
  })
}

/** Data that came before the first look and was not read at the last one, by who should read it. */
function unread(connections: readonly Lasting[]): Instance[] {
  return byOwner(connections, 'process.received_unread', (now, before) =>
    Math.min(now.receiveQueue ?? 0, before.receiveQueue ?? 0),
  )
}

/** How many have something to read each time: one that was read in between and has the next question waiting counts, too. */
function waiting(connections: readonly Lasting[]): Instance[] {
  return byOwner(connections, 'process.connections_unread', (now, before) =>
    Number((now.receiveQueue ?? 0) > 0 && (before.receiveQueue ?? 0) > 0),
  )
}

/** Data to send of which not a byte got away: the queue of a stream that flows is never twice the same. */
function held(connections: readonly Lasting[]): Instance[] {
  return byOwner(connections, 'process.unsent', ({ sendQueue = 0 }, before) =>
    sendQueue === before.sendQueue ? sendQueue : 0,
  )
}

function byOwner(
  connections: readonly Lasting[],
  metric: string,
  amountOf: (now: Socket, before: Socket) => number,
): Instance[] {
  const sums = new Map<number, { readonly comm: string; readonly sum: number }>()
  for (const { owner, now, before } of connections) {
    const own = amountOf(now, before)
    if (own > 0) sums.set(owner.pid, { comm: owner.comm, sum: (sums.get(owner.pid)?.sum ?? 0) + own })
  }
  return [...sums]
    .toSorted(([, a], [, b]) => b.sum - a.sum)
    .slice(0, MOST_OWNERS)
    .map(([pid, { comm, sum }]) => ({
      domain: 'process',
      name: String(pid),
      labels: { pid: String(pid), comm },
      values: { [metric]: sum },
    }))
}

/** What several views say of one listener or process is one instance; the later knows who it is. */
function joined(...views: readonly (readonly Instance[])[]): Instance[] {
  const found = new Map<string, Instance>()
  for (const one of views.flat()) {
    const key = `${one.domain} ${one.name}`
    const before = found.get(key)
    found.set(key, before ? { ...one, values: { ...before.values, ...one.values } } : one)
  }
  return [...found.values()]
}

/** Of a listening socket the first queue is what waits to be accepted, the second how much may. */
function accepting(look: Look) {
  return look
    .filter((one) => one.state === 'LISTEN')
    .map((one) => ({
      name: `${one.address}:${one.port}`,
      port: String(one.port),
      queue: one.receiveQueue ?? 0,
      ...(one.sendQueue === undefined ? {} : { backlog: one.sendQueue }),
      owners: one.owners,
    }))
}

function socket(cells: RegExpExecArray): Socket {
  const [, state = '', received, sent, address = '', port, peer = '', peerPort, users = ''] = cells
  const owners = [...users.matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/g)].map(([, comm = '', pid]) => ({
    comm,
    pid: Number(pid),
  }))
  return {
    state,
    receiveQueue: Number(received),
    sendQueue: Number(sent),
    address,
    port: numeric(port),
    peer,
    peerPort: numeric(peerPort),
    owners,
  }
}

function numeric(port: string | undefined): number {
  return port === undefined || port === '*' ? 0 : Number(port)
}
