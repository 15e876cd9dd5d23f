// /proc/net/udp and udp6 at both ends of the window → datagrams each UDP socket lost for lack of buffer, bytes that wait in it.
//      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
//    1234: 0100007F:0202 00000000:0000 07 00000000:00034200 00:00000000 00000000     0        0 81233 2 00000000acb3a1f2 4711
//    1407: 00000000000000000000000000000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 …
import type { Instance } from '../../model/metric.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { address } from '../proc_net_tcp/address.ts'

const FOUR = '/proc/net/udp'
/** Absent where IPv6 is switched off. */
const SIX = '/proc/net/udp6'
const HEADER =
  /^\s*sl\s+local_address\s+rem\w*_address\s+st\s+tx_queue\s+rx_queue\s.*\sinode\s+ref\s+pointer\s+drops\s*$/
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ [0-9A-F]{2} [0-9A-F]{8}:([0-9A-F]{8}) \S+ \S+\s+\d+\s+\d+ (\d+) \d+ [0-9a-fA-F]+ (\d{1,10})\s*$/
const MOST_INSTANCES = 16

interface Socket {
  readonly name: string
  readonly port: number
  readonly inode: string
  readonly queue: number
  readonly drops: number
}

export const source: Source = {
  id: 'proc_net_udp',
  tier: 'read',
  asks: 'Which UDP socket loses datagrams because nobody reads them in time?',
  gives: ['listener.datagrams_dropped', 'listener.datagram_queue'],
  requests: () => [{ kind: 'read', paths: [FOUR, SIX], at: 'ends' }],
  parse: (looks) => {
    const seen: (readonly Socket[])[] = []
    for (const look of looks) {
      const read = files(look.text)
      if ([...unreadable(look.text).values()].includes('EFBIG'))
        return unavailable('not measured', `${FOUR} is too long to be read to its end`)
      const four = sockets(FOUR, read.get(FOUR) ?? '')
      const six = read.has(SIX) ? sockets(SIX, read.get(SIX) ?? '') : []
      if (isUnavailable(four)) return four
      if (isUnavailable(six)) return six
      seen.push([...four, ...six])
    }
    if (seen.length < 2) return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    return { instances: instances(seen) }
  },
}

/** What names the owner of a socket that is to blame: read again, because the window is over. */
export const TABLES: ReadRequest = { kind: 'read', paths: [FOUR, SIX], at: 'start' }

/** Name of an instance → inodes of its sockets. */
export function inodesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const read = files(text)
  const all = [FOUR, SIX].flatMap((path) => {
    const found = sockets(path, read.get(path) ?? '')
    return isUnavailable(found) ? [] : found
  })
  const found = new Map<string, string[]>()
  for (const one of all) found.set(one.name, [...(found.get(one.name) ?? []), one.inode])
  return found
}

function sockets(path: string, text: string): readonly Socket[] | Unavailable {
  const [header = '', ...lines] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', `${path} has no header with local_address, rx_queue, inode and drops`)
  const found: Socket[] = []
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    const cells = LINE.exec(line)
    if (!cells) return unavailable('not understood', `line ${i + 2} of ${path} is not a socket, or is cut short`)
    const [, hex = '', port = '', queue = '', inode = '', drops = ''] = cells
    const number = parseInt(port, 16)
    const name = `udp ${address(hex)}:${number}`
    found.push({ name, port: number, inode, queue: parseInt(queue, 16), drops: Number(drops) })
  }
  return found
}

/** Sockets that share a port (SO_REUSEPORT) are one instance; one made in the window lost all it ever lost in it. */
function instances(seen: readonly (readonly Socket[])[]): Instance[] {
  const last = seen.at(-1) ?? []
  const before = new Map((seen[0] ?? []).map((one) => [`${one.inode} ${one.name}`, one.drops]))
  const names = new Map(last.map((one) => [one.name, one.port]))
  const all = [...names].map(([name, port]) => {
    const own = last.filter((one) => one.name === name)
    const dropped = own.reduce(
      (sum, one) => sum + (increase([before.get(`${one.inode} ${one.name}`) ?? 0, one.drops]) ?? 0),
      0,
    )
    const queue = seen.map((look) => total(look.filter((one) => one.name === name)))
    return { name, port, dropped, queue }
  })
  return all
    .toSorted((a, b) => b.dropped - a.dropped || (b.queue.at(-1) ?? 0) - (a.queue.at(-1) ?? 0))
    .slice(0, MOST_INSTANCES)
    .map(({ name, port, dropped, queue }) => ({
      domain: 'listener',
      name,
      labels: { port: String(port) },
      values: defined({ 'listener.datagrams_dropped': dropped, 'listener.datagram_queue': queue }),
    }))
}

function total(look: readonly Socket[]): number {
  return look.reduce((sum, one) => sum + one.queue, 0)
}
