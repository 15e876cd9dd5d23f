// /proc/net/tcp and tcp6 (the twin of ss) at both ends of the window → TCP states, ports per destination, sockets nobody closes.
//     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//      1: 0100007F:1B5D 0100007F:9C40 08 00000000:00000001 00:00000000 00000000     0        0 44238 1 00000000252a6f89 20 4 0 10 -1
//      2: 0100007F:9C41 0100007F:1B5D 06 00000000:00000000 03:00001540 00000000     0        0 0 3 0000000000000000
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { address } from '../proc_net_tcp/address.ts'
import { MOST_LINES } from '../ss/listeners.ts'
import { census, gives, type Look } from '../ss_sockets/census.ts'
import { gives as lookups, tcpLookups } from '../ss_sockets/lookups.ts'
import { noRange } from '../ss_sockets/index.ts'
import { rangeOf } from '../ss_sockets/ports.ts'

const FOUR = '/proc/net/tcp'
/** Absent where IPv6 is switched off. */
const SIX = '/proc/net/tcp6'
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const HEADER = /^\s*sl\s+local_address\s+rem\w*_address\s+st\s+tx_queue\s+rx_queue\s/
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):/
/** By the number of the state, from 1 (include/net/tcp_states.h), as ss names them. */
const STATES = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECV',
]

export const source: Source = {
  id: 'proc_net_sockets',
  tier: 'read',
  asks: 'Do outgoing ports run short, does a program leave its sockets open, do handshakes pile up?',
  gives: [...gives, ...lookups],
  requests: () => [{ kind: 'read', paths: [FOUR, SIX, RANGE], at: 'ends' }],
  parse: (looks) => {
    const seen: Look[] = []
    for (const look of looks) {
      const read = files(look.text)
      // A file over 1 MiB, some 7,000 sockets, is not read to its end: a count of a part would be no count.
      if ([...unreadable(look.text)].some(([path, code]) => path.startsWith(FOUR) && code === 'EFBIG')) return tooMany()
      const four = sockets(FOUR, read.get(FOUR) ?? '')
      const six = read.has(SIX) ? sockets(SIX, read.get(SIX) ?? '') : []
      if (isUnavailable(four)) return four
      if (isUnavailable(six)) return six
      seen.push([...four, ...six])
    }
    if (seen.length === 0) return unavailable('not measured', `${FOUR} was not read`)
    const range = rangeOf(files(looks.at(-1)?.text ?? '').get(RANGE))
    const owner = unavailable('not supported', `${FOUR} does not name processes`, 'install iproute2, which has ss')
    const once = unavailable('not measured', 'the sockets were listed only once')
    const missing = { 'process.close_wait': owner, ...(range ? {} : noRange()) }
    const { host, instances } = census(seen, range)
    const asked = tcpLookups(seen)
    return {
      host: { ...host, ...asked.host },
      instances: [...instances, ...asked.instances],
      missing: seen.length > 1 ? missing : { ...missing, '*': once },
    }
  },
}

function tooMany(): Unavailable {
  return unavailable('not measured', `${FOUR} is too long to be read to its end`, 'install iproute2, which has ss')
}

function sockets(path: string, text: string): Look | Unavailable {
  const [header = '', ...lines] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', `${path} has no header with local_address, st and rx_queue`)
  if (lines.length > MOST_LINES) return tooMany()
  const found: Look[number][] = []
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    const cells = LINE.exec(line)
    const state = STATES[parseInt(cells?.[5] ?? '0', 16)]
    if (!cells || !state)
      return unavailable('not understood', `line ${i + 2} of ${path} is not a socket, or is cut short`)
    const [, local = '', port = '', peer = '', peerPort = '', , queue = ''] = cells
    found.push({
      state,
      address: address(local),
      port: parseInt(port, 16),
      peer: address(peer),
      peerPort: parseInt(peerPort, 16),
      sendQueue: parseInt(queue, 16),
      owners: [],
    })
  }
  return found
}
