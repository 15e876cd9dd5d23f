// /proc/net/tcp and tcp6 (the twin of ss) at both ends of the window → accept queue of each listening socket. The backlog is not there.
//     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//      1: 0100007F:1B5D 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 44238 3 00000000252a6f89 100 0 0 10 0
//      0: 00000000000000000000000001000000:1B5F 00000000000000000000000000000000:0000 0A 00000000:00000002 00:00000000 …
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { instances, MOST_LINES, type Listener } from '../ss/listeners.ts'
import { address } from './address.ts'

const FOUR = '/proc/net/tcp'
/** Absent where IPv6 is switched off. */
const SIX = '/proc/net/tcp6'
const HEADER = /^\s*sl\s+local_address\s+rem\w*_address\s+st\s+tx_queue\s+rx_queue\s/
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) [0-9A-F]{8}:([0-9A-F]{8}) /
const LISTEN = '0A'

export const source: Source = {
  id: 'proc_net_tcp',
  tier: 'read',
  asks: 'Does a program fail to accept its connections, and on which port?',
  gives: ['listener.queue', 'listener.backlog'],
  requests: () => [{ kind: 'read', paths: [FOUR, SIX], at: 'ends' }],
  parse: (looks) => {
    const seen: (readonly Listener[])[] = []
    for (const look of looks) {
      const read = files(look.text)
      const four = listening(FOUR, read.get(FOUR) ?? '')
      const six = read.has(SIX) ? listening(SIX, read.get(SIX) ?? '') : []
      if ('unavailable' in four) return four
      if ('unavailable' in six) return six
      seen.push([...four, ...six])
    }
    if (seen.length === 0) return unavailable('not measured', `${FOUR} was not read`)
    const missing = {
      'listener.backlog': unavailable(
        'not supported',
        `${FOUR} does not show the backlog`,
        'install iproute2, which has ss',
      ),
    }
    return { instances: instances(seen), missing }
  },
}

function listening(path: string, text: string): readonly Listener[] | Unavailable {
  const [header = '', ...lines] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', `${path} has no header with local_address, st and rx_queue`)
  const found: Listener[] = []
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    if (i >= MOST_LINES)
      return unavailable('not measured', `more than ${MOST_LINES} sockets: ${path} is not read to its end`)
    const cells = LINE.exec(line)
    if (!cells) return unavailable('not understood', `line ${i + 2} of ${path} is not a socket, or is cut short`)
    // The kernel lists all listening sockets before the others: nothing is missed, however long the rest is.
    if (cells[3] !== LISTEN) return found
    found.push(listener(cells))
  }
  return found
}

/** A listening socket has its accept queue in rx_queue; tx_queue is 0. */
function listener([, hex = '', port = '', , queue = '']: RegExpExecArray): Listener {
  const number = String(parseInt(port, 16))
  return { name: `${address(hex)}:${number}`, port: number, queue: parseInt(queue, 16), owners: [] }
}
