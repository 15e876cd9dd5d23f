// Connections at both ends of a moment → one instance per far address: what its connections sent, lost, saw out of order, and where they are stuck.
import type { Instance, Value } from '../../model/metric.ts'
import { defined } from '../../parse/table.ts'
import type { Connection, Info } from '../ss/connections.ts'

export const NAMES = [
  'peer.segments',
  'peer.retransmitted',
  'peer.gaps',
  'peer.reorderings',
  'peer.duplicates',
  'peer.stuck',
  'peer.stuck_from_start',
  'peer.rtt_min',
  'peer.busy',
  'peer.window_limited',
]

const MOST_PEERS = 32
/** One timeout may be one lost segment. */
const TIMEOUTS_THAT_TELL = 2
const SEGMENTS_THAT_TELL = 8

type Looks = readonly (readonly Connection[])[]

/** Loopback is no path, unless both ends pretend to be hosts: only addresses of 127.0.0.0/8 and ::1 are left out. */
const LOOPBACK = /^(?:127\.|::1$)/

export function peers(seen: Looks, seconds: number): Instance[] {
  const addresses = new Set(seen.flat().map((one) => one.peer))
  return [...addresses]
    .filter((address) => !LOOPBACK.test(address))
    .map((address) => {
      const own = seen.map((look) => look.filter((one) => one.peer === address))
      return { address, values: valuesOf(own, seconds) }
    })
    .toSorted((a, b) => weight(b.values) - weight(a.values))
    .slice(0, MOST_PEERS)
    .map(({ address, values }) => ({ domain: 'peer', name: address, labels: { address }, values }))
}

function weight(values: Readonly<Record<string, Value>>): number {
  const number = (id: string) => Number(values[id] ?? 0)
  return number('peer.stuck') * 1e6 + (number('peer.retransmitted') + number('peer.gaps')) * 1e3 + number('peer.busy')
}

/** One that came in the window did all it ever did in it. */
function valuesOf(own: Looks, seconds: number): Readonly<Record<string, Value>> {
  const before = new Map((own[0] ?? []).map((one) => [one.key, one.info]))
  const last = (own.at(-1) ?? []).filter((one) => one.info.known && one.state === 'ESTAB')
  const growth = (one: Connection, of: (info: Info) => number) => {
    const was = before.get(one.key)
    return Math.max(0, of(one.info) - (was ? of(was) : 0))
  }
  const sum = (of: (info: Info) => number) => last.reduce((total, one) => total + growth(one, of), 0)
  const busiest = last.toSorted((a, b) => growth(b, (i) => i.busy) - growth(a, (i) => i.busy))[0]
  const busy = busiest ? growth(busiest, (info) => info.busy) : 0
  const stuck = last.filter((one) => isStuck(one, before.get(one.key)))
  const trips = last.flatMap((one) => one.info.minRtt ?? [])
  return defined<Value>({
    'peer.segments': sum((info) => info.segments),
    'peer.retransmitted': sum((info) => info.retransmitted),
    'peer.gaps': sum((info) => info.gaps),
    'peer.reorderings': sum((info) => info.reorderings),
    'peer.duplicates': sum((info) => info.duplicates),
    'peer.stuck': stuck.length,
    'peer.stuck_from_start': last.some((one) => passesFull(one, growth)) ? 0 : stuck.filter(isStuckFromStart).length,
    'peer.rtt_min': trips.length > 0 ? Math.min(...trips) : undefined,
    'peer.busy': Math.min(100, (100 * busy) / seconds),
    'peer.window_limited':
      busiest && busy > 0 ? Math.min(100, (100 * growth(busiest, (info) => info.windowLimited)) / busy) : undefined,
  })
}

/** A timeout was not answered, data is on its way, and nothing was acknowledged since the first look. Against a full window nothing is on its way. */
function isStuck({ info }: Connection, was: Info | undefined): boolean {
  return info.backoff > 0 && info.unacked > 0 && (was === undefined || info.bytesAcked <= was.bytesAcked)
}

/** Another connection to the same peer gets segments through that are more full than not. */
function passesFull(one: Connection, growth: (one: Connection, of: (info: Info) => number) => number): boolean {
  const segments = growth(one, (info) => info.segments)
  return segments >= SEGMENTS_THAT_TELL && growth(one, (info) => info.bytesAcked) >= (segments * one.info.mss) / 2
}

/** The handshake passed, and small requests perhaps; at least a full segment was sent and sent again, and none ever arrived. Timeouts back off, so no window need see one. */
function isStuckFromStart({ info }: Connection): boolean {
  const { mss, bytesSent, bytesAcked, backoff } = info
  return mss > 0 && bytesSent - bytesAcked >= mss && bytesAcked < mss && backoff >= TIMEOUTS_THAT_TELL
}
