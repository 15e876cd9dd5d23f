// The text of `ss -t -i -n` → connections: state, send queue, and from the line below each what TCP measured of it.
//   ESTAB 0      36            10.0.0.5:22            10.0.0.9:50312
//   	 cubic wscale:7,7 rto:204 rtt:3.5/2 mss:1448 cwnd:10 data_segs_out:38 retrans:0/5 minrtt:0.9
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

export interface Socket {
  /** Both addresses: the same connection at both ends of the window. */
  readonly key: string
  readonly state: string
  readonly sendQueue: number
  /** Seconds. */
  readonly rtt?: number
  readonly minRtt?: number
  readonly rto?: number
  /** Data segments sent so far, and how many of them again. Zeros are not printed. */
  readonly segments: number
  readonly retransmitted: number
}

const HEADER = /^State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
const LINE = /^([A-Z][A-Z0-9-]*)\s+(\d+)\s+(\d+)\s+(\S+:\S+)\s+(\S+:\S+)(?:\s|$)/
const MOST_LINES = 50_000

export function sockets(text: string): readonly Socket[] | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with State, Recv-Q, Send-Q and Local Address:Port')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} connections: the list is not read`)
  const found: Socket[] = []
  // Output that was cut ends without a line feed: its last line may be half a number.
  for (const [i, line] of rest.slice(0, -1).entries()) {
    if (/^\s/.test(line) || line === '') continue
    const cells = LINE.exec(line)
    if (!cells)
      return unavailable('not understood', 'ss printed a line that is not state, two queues and two addresses')
    const below = rest[i + 1] ?? ''
    // The last line feed must close the line below, too.
    found.push(socket(cells, /^\s/.test(below) && i + 1 < rest.length - 1 ? below : ''))
  }
  return found
}

function socket([, state = '', , queue, local = '', peer = '']: RegExpExecArray, info: string): Socket {
  const value = (pattern: RegExp) => {
    const text = pattern.exec(info)?.[1]
    return text === undefined ? undefined : Number(text)
  }
  const ms = (pattern: RegExp) => {
    const found = value(pattern)
    return found === undefined ? undefined : found / 1000
  }
  // A connection that was never answered has the default of rtt, which nobody measured.
  const measured = state !== 'SYN-SENT'
  const rtt = measured ? ms(/(?:^|\s)rtt:(\d+(?:\.\d+)?)/) : undefined
  const minRtt = measured ? ms(/\sminrtt:(\d+(?:\.\d+)?)/) : undefined
  const rto = ms(/\srto:(\d+(?:\.\d+)?)/)
  return {
    key: `${local} ${peer}`,
    state,
    sendQueue: Number(queue),
    ...(rtt === undefined ? {} : { rtt }),
    ...(minRtt === undefined ? {} : { minRtt }),
    ...(rto === undefined ? {} : { rto }),
    segments: value(/\sdata_segs_out:(\d+)/) ?? 0,
    retransmitted: value(/\sretrans:\d+\/(\d+)/) ?? 0,
  }
}
