// Connections of the target at both ends of the window → one instance per far end: the busiest connection says what holds it back.
import type { Instance, Value } from '../../model/metric.ts'
import type { Target } from '../../model/target.ts'
import { defined } from '../../parse/table.ts'
import type { Connection, Info } from '../ss/connections.ts'

const MOST_INSTANCES = 16

export const NAMES = [
  'connections',
  'unanswered',
  'answered',
  'alive',
  'busy',
  'window_limited',
  'buffer_limited',
  'segments',
  'time_per_segment',
  'rtt_min',
  'held_small',
  'retransmitted',
  'unread',
].map((name) => `target.socket.${name}`)

/** Who on this host has these connections. */
export const HOLDER = 'process.target_connections'

export interface Around {
  /** Between the two looks. */
  readonly seconds: number
  readonly neighbours: ReadonlyMap<string, boolean>
  readonly target: Target
}

type Looks = readonly (readonly Connection[])[]

export function farEnds(seen: Looks, around: Around): Instance[] {
  const { peer } = around.target
  const all = new Map(seen.flat().map((one) => [`${one.peer}:${one.peerPort}`, one]))
  return [...all]
    .filter(([, one]) => peer?.port === undefined || one.peerPort === peer.port)
    .map(([name, one]) => ({ name, one, own: seen.map((look) => look.filter((two) => isSame(two, one))) }))
    .toSorted((a, b) => weight(b.own) - weight(a.own))
    .slice(0, MOST_INSTANCES)
    .map(({ name, one, own }) => instance(name, one, own, seen, around))
}

export function holders(seen: Looks): Instance[] {
  const last = seen.at(-1) ?? []
  const names = new Map(last.flatMap((one) => one.owners).map((owner) => [owner.pid, owner.comm]))
  return [...names].slice(0, MOST_INSTANCES).map(([pid, comm]) => ({
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm },
    values: { [HOLDER]: last.filter((one) => one.owners.some((owner) => owner.pid === pid)).length },
  }))
}

function isSame(one: Connection, two: Connection): boolean {
  return one.peer === two.peer && one.peerPort === two.peerPort
}

/** Unanswered ones first, then those that were busy longest. */
function weight(own: Looks): number {
  const last = own.at(-1) ?? []
  return last.filter((one) => one.state === 'SYN-SENT').length * 1e6 + last.reduce((sum, one) => sum + one.info.busy, 0)
}

function instance(name: string, one: Connection, own: Looks, seen: Looks, around: Around): Instance {
  const last = own.at(-1) ?? []
  const owner = [...last, ...own.flat()].flatMap((two) => two.owners)[0]
  const unanswered = own.map((look) => new Set(look.filter((two) => two.state === 'SYN-SENT').map((two) => two.key)))
  const answered = last.filter((two) => two.state === 'ESTAB').length
  const values = defined<Value>({
    'target.socket.connections': last.length,
    'target.socket.unanswered':
      own.length < 2
        ? undefined
        : [...(unanswered.at(-1) ?? [])].filter((key) => unanswered.every((look) => look.has(key))).length,
    'target.socket.answered': answered,
    'target.socket.alive': alive(one, seen, around),
    'target.socket.held_small': own.map((look) => look.filter(isHeld).length),
    'target.socket.unread': own.map((look) => Math.max(0, ...look.map((two) => two.receiveQueue))),
    ...busiest(own, around.seconds),
  })
  return {
    domain: 'peer',
    name,
    labels: {
      address: one.peer,
      port: String(one.peerPort),
      ...(owner ? { pid: String(owner.pid), comm: owner.comm } : {}),
    },
    values,
  }
}

/** Another port of it answers, or it is on the segment and known there. Undefined: nothing here tells. */
function alive(one: Connection, seen: Looks, { neighbours }: Around): number | undefined {
  if (seen.flat().some((two) => two.peer === one.peer && two.state === 'ESTAB')) return 1
  const known = neighbours.get(one.peer)
  return known === undefined ? undefined : Number(known)
}

/** Less than a segment waits behind data that is not acknowledged, and neither window is in its way. */
function isHeld({ state, info }: Connection): boolean {
  return (
    state === 'ESTAB' && info.notSent > 0 && info.notSent < info.mss && info.unacked > 0 && info.unacked < info.cwnd
  )
}

/** Of the connection that was busy longest in the window; one that came in it did all it ever did in it. */
function busiest(own: Looks, seconds: number): Record<string, number | undefined> {
  const [first, last] = [own[0], own.at(-1)]
  if (!first || !last || own.length < 2) return {}
  const before = new Map(first.map((one) => [one.key, one.info]))
  const grown = last
    .filter((one) => one.info.known)
    .map((one) => {
      const was = before.get(one.key)
      const by = (of: (info: Info) => number) => Math.max(0, of(one.info) - (was ? of(was) : 0))
      return { one, by, busy: by((info) => info.busy) }
    })
    .toSorted((a, b) => b.busy - a.busy)
  const top = grown[0]
  if (!top) return {}
  const { one, by, busy } = top
  const segments = by((info) => info.segments)
  return {
    'target.socket.busy': Math.min(100, (100 * busy) / seconds),
    'target.socket.window_limited': share(
      by((info) => info.windowLimited),
      busy,
    ),
    'target.socket.buffer_limited': share(
      by((info) => info.bufferLimited),
      busy,
    ),
    'target.socket.segments': segments,
    'target.socket.time_per_segment': segments > 0 ? busy / segments : undefined,
    'target.socket.rtt_min': one.info.minRtt,
    'target.socket.retransmitted': by((info) => info.retransmitted),
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, (100 * part) / whole) : 0
}
