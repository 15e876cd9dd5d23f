// The text of `ss -t -i -n -p` → connections: state, queues, owners, and from the line below each what TCP knows of it.
//   ESTAB 0      100           10.0.0.5:40112        10.0.0.9:7016 users:(("app",pid=812,fd=3))
//   	 cubic mss:1448 cwnd:10 data_segs_out:500 busy:9980ms rwnd_limited:120ms(1.2%) unacked:1 notsent:100 minrtt:0.03
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { MOST_LINES, type Owner } from './listeners.ts'

export interface Connection {
  readonly key: string
  readonly state: string
  /** As ss prints it: `10.0.0.5:40112`. */
  readonly local: string
  readonly peer: string
  readonly peerPort: number
  readonly receiveQueue: number
  readonly owners: readonly Owner[]
  readonly info: Info
  /** Only where it was asked for (`-m`), and told by this ss. */
  readonly memory?: Memory
}

/** What the receive buffer of the socket holds against its limit, in bytes as the kernel counts them (skmem r and rb). */
export interface Memory {
  readonly held: number
  readonly limit: number
}

/** Zeros are not printed: what is absent did not happen. Times in seconds. */
export interface Info {
  /** False when there is no line below: then nothing of it is known. */
  readonly known: boolean
  readonly mss: number
  readonly cwnd: number
  readonly segments: number
  readonly retransmitted: number
  /** Bytes that went out, and that the peer acknowledged, since the connection began; 0 where this ss does not say it (before 4.x). */
  readonly bytesSent: number
  readonly bytesAcked: number
  /** Timeouts in a row without an answer. */
  readonly backoff: number
  /** Times the peer was seen to get segments out of order, and that it had got one twice. */
  readonly reorderings: number
  readonly duplicates: number
  /** Segments that came in while one before them was missing. */
  readonly gaps: number
  readonly busy: number
  readonly windowLimited: number
  readonly bufferLimited: number
  /** Bytes that came in since the connection began, what a full segment carries here, and up to where the window may grow now. */
  readonly bytesReceived: number
  readonly advertisedMss: number
  readonly windowLimit: number
  readonly unacked: number
  readonly notSent: number
  readonly minRtt?: number
}

const HEADER = /^State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port/
// The name of a process may hold blanks, quotes and brackets: users: is everything after the two addresses.
const LINE = /^([A-Z][A-Z0-9-]*)\s+(\d+)\s+\d+\s+(\S+:\S+)\s+(\S+):(\d+|\*)(?:\s+(\S.*))?$/

export function connections(text: string): readonly Connection[] | Unavailable {
  const [header = '', ...rest] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', 'ss printed no header with State, Recv-Q, Send-Q and Local Address:Port')
  if (rest.length > MOST_LINES)
    return unavailable('not measured', `more than ${MOST_LINES} connections: the list is not read`)
  const found: Connection[] = []
  // Output that was cut ends without a line feed: its last line may be half a number.
  const lines = rest.slice(0, -1)
  for (const [i, line] of lines.entries()) {
    if (/^\s/.test(line) || line === '') continue
    const cells = LINE.exec(line.trimEnd())
    if (!cells)
      return unavailable('not understood', 'ss printed a line that is not state, two queues and two addresses')
    const below = lines[i + 1] ?? ''
    found.push(connection(cells, /^\s/.test(below) ? below : ''))
  }
  return found
}

function connection(cells: RegExpExecArray, below: string): Connection {
  const [, state = '', queue, local = '', peer = '', port, users = ''] = cells
  const owners = [...users.matchAll(/\("(.*?)",pid=(\d+),fd=\d+\)/g)].map(([, comm = '', pid]) => ({
    comm,
    pid: Number(pid),
  }))
  const memory = memoryOf(below)
  return {
    key: `${local} ${peer}:${port}`,
    state,
    local,
    peer: peer.replace(/^\[(?:::ffff:)?(.*)\]$/, '$1'),
    peerPort: port === '*' ? 0 : Number(port),
    receiveQueue: Number(queue),
    owners,
    info: infoOf(below),
    ...(memory ? { memory } : {}),
  }
}

/** `skmem:(r4352,rb131072,t0,tb87040,f3840,w0,o0,bl0,d12)` */
function memoryOf(text: string): Memory | undefined {
  const [, held, limit] = /\sskmem:\(r(\d+),rb(\d+),/.exec(text) ?? []
  return held === undefined || Number(limit) === 0 ? undefined : { held: Number(held), limit: Number(limit) }
}

function infoOf(text: string): Info {
  const value = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
  const minRtt = /\sminrtt:(\d+(?:\.\d+)?)/.exec(text)?.[1]
  return {
    known: text.trim() !== '',
    mss: value(/\smss:(\d+)/),
    cwnd: value(/\scwnd:(\d+)/),
    segments: value(/\sdata_segs_out:(\d+)/),
    retransmitted: value(/\sretrans:\d+\/(\d+)/),
    bytesSent: value(/\sbytes_sent:(\d+)/),
    bytesAcked: value(/\sbytes_acked:(\d+)/),
    backoff: value(/\sbackoff:(\d+)/),
    reorderings: value(/\sreord_seen:(\d+)/),
    duplicates: value(/\sdsack_dups:(\d+)/),
    gaps: value(/\srcv_ooopack:(\d+)/),
    busy: value(/\sbusy:(\d+)ms/) / 1000,
    windowLimited: value(/\srwnd_limited:(\d+)ms/) / 1000,
    bufferLimited: value(/\ssndbuf_limited:(\d+)ms/) / 1000,
    bytesReceived: value(/\sbytes_received:(\d+)/),
    advertisedMss: value(/\sadvmss:(\d+)/),
    windowLimit: value(/\srcv_ssthresh:(\d+)/),
    unacked: value(/\sunacked:(\d+)/),
    notSent: value(/\snotsent:(\d+)/),
    ...(minRtt === undefined ? {} : { minRtt: Number(minRtt) / 1000 }),
  }
}
