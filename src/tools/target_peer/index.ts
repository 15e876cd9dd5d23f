// ss with what TCP knows of each connection to the peer, at both ends of the window → round trips, timeouts, losses, data not acknowledged.
//   ESTAB 0      36            10.0.0.5:22            10.0.0.9:50312
//   	 cubic wscale:7,7 rto:204 rtt:3.5/2 mss:1448 cwnd:10 segs_out:40 data_segs_out:38 retrans:0/5 minrtt:0.9
import type { Instance, Value } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import type { TargetPeer } from '../../model/target.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'
import { other, peerOf, targetOf } from '../target/need.ts'
import { sockets, type Socket } from './sockets.ts'

const NAMES = [
  'sockets',
  'connecting',
  'rtt',
  'rtt_min',
  'rto',
  'segments',
  'retransmitted',
  'retransmit_ratio',
  'send_queue',
].map((name) => `target.peer.${name}`)

export const source: Source = {
  id: 'target_peer',
  tier: 'run',
  tool: 'ss',
  asks: 'How far is the peer that is said to be slow, and does the path lose what is sent to it?',
  gives: ['target.found', 'target.name', ...NAMES],
  rank: () => 30,
  // Only -t, as in ss. Not -O: older versions do not have it, and both layouts are read.
  requests: (_window, context) => {
    const target = targetOf(context)
    const peer = peerOf(context)
    if (isUnavailable(target)) return target
    if (isUnavailable(peer)) return other(target, 'peer')
    return [{ kind: 'run', argv: ['ss', '-t', '-i', '-n', 'dst', addressOf(peer)], at: 'ends' }]
  },
  parse: (looks, { context }) => {
    const target = targetOf(context)
    const peer = peerOf(context)
    if (isUnavailable(target)) return target
    if (isUnavailable(peer)) return peer
    const seen: (readonly Socket[])[] = []
    for (const look of looks) {
      const found = sockets(look.text)
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', 'ss was not run')
    const name = { 'target.name': target.name }
    const none = unavailable(
      'not measured',
      `no TCP connection to ${target.name} was open`,
      'ask again while it is used',
    )
    if (seen.every((look) => look.length === 0))
      return {
        host: name,
        instances: [],
        missing: Object.fromEntries(['target.found', ...NAMES].map((id) => [id, none])),
      }
    const instance = peerInstance(peer, seen)
    return { host: { ...name, 'target.found': 1 }, instances: [instance], missing: absent(instance) }
  },
}

function addressOf({ address, port }: TargetPeer): string {
  const host = address.includes(':') ? `[${address}]` : address
  return port === undefined ? host : `${host}:${port}`
}

function peerInstance(peer: TargetPeer, seen: readonly (readonly Socket[])[]): Instance {
  const last = seen.at(-1) ?? []
  const unanswered = seen.map((look) => new Set(look.filter((one) => one.state === 'SYN-SENT').map((one) => one.key)))
  const grown = growth(seen)
  const perLook = (of: (look: readonly Socket[]) => number | undefined) => {
    const values = seen.flatMap((look) => of(look) ?? [])
    return values.length > 0 ? values : undefined
  }
  const least = seen.flat().flatMap((one) => one.minRtt ?? [])
  const values = defined<Value>({
    'target.peer.sockets': last.length,
    'target.peer.connecting': [...(unanswered.at(-1) ?? [])].filter((key) => unanswered.every((look) => look.has(key)))
      .length,
    'target.peer.rtt': perLook((look) => median(look.flatMap((one) => one.rtt ?? []))),
    'target.peer.rtt_min': least.length > 0 ? Math.min(...least) : undefined,
    'target.peer.rto': perLook((look) => most(look.flatMap((one) => one.rto ?? []))),
    'target.peer.segments': grown?.segments,
    'target.peer.retransmitted': grown?.retransmitted,
    'target.peer.retransmit_ratio':
      grown && grown.segments > 0 ? Math.min(100, (100 * grown.retransmitted) / grown.segments) : undefined,
    'target.peer.send_queue': perLook((look) => most(look.map((one) => one.sendQueue))),
  })
  return {
    domain: 'peer',
    name: peer.address,
    labels: { address: peer.address, ...(peer.port === undefined ? {} : { port: String(peer.port) }) },
    values,
  }
}

/**
 * A connection made in the window did all it ever did in it; one that ended cannot be known to its end. Requests to connect that were sent
 * again count in the connection as well: whoever was seen connecting is counted from when it was open.
 */
function growth(
  seen: readonly (readonly Socket[])[],
): { readonly segments: number; readonly retransmitted: number } | undefined {
  const [first, last] = [seen[0], seen.at(-1)]
  if (!first || !last || seen.length < 2) return undefined
  const before = new Map(first.filter((one) => !isConnecting(one)).map((one) => [one.key, one]))
  const connected = new Set(seen.flatMap((look) => look.filter(isConnecting).map((one) => one.key)))
  for (const one of seen.flat())
    if (!isConnecting(one) && connected.has(one.key) && !before.has(one.key)) before.set(one.key, one)
  const open = last.filter((one) => !isConnecting(one))
  const sum = (of: (one: Socket) => number) =>
    open.reduce((total, one) => total + Math.max(0, of(one) - ofEarlier(before.get(one.key), of)), 0)
  return { segments: sum((one) => one.segments), retransmitted: sum((one) => one.retransmitted) }
}

function isConnecting({ state }: Socket): boolean {
  return state === 'SYN-SENT'
}

function ofEarlier(socket: Socket | undefined, of: (one: Socket) => number): number {
  return socket ? of(socket) : 0
}

/** What ss did not say of any connection; without data sent there is no ratio to say, without an answer no round trip. */
function absent({ values }: Instance): Record<string, Unavailable> {
  const silent = values['target.peer.connecting'] === values['target.peer.sockets']
  const expected = NAMES.filter((id) =>
    id === 'target.peer.retransmit_ratio'
      ? values['target.peer.segments'] !== 0
      : !silent || !id.startsWith('target.peer.rtt'),
  )
  const unsaid = expected.filter((id) => !(id in values))
  return Object.fromEntries(
    unsaid.map((id) => [
      id,
      unavailable(
        'not measured',
        `ss did not say ${id.slice('target.peer.'.length).replaceAll('_', ' ')} of any connection to the peer`,
      ),
    ]),
  )
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle]
    : sorted.length === 0
      ? undefined
      : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function most(values: readonly number[]): number | undefined {
  return values.length > 0 ? Math.max(...values) : undefined
}
