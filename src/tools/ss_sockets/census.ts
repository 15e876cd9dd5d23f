// Sockets seen at both ends of the window → counts per state, ports per destination, half-open connections and sockets nobody closes.
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'
import { defined } from '../../parse/table.ts'
import type { Owner } from '../ss/listeners.ts'
import { peers, type Range } from './ports.ts'

const MOST_INSTANCES = 16

export interface Socket {
  /** As ss says it: `ESTAB`, `TIME-WAIT`. */
  readonly state: string
  readonly address: string
  readonly port: number
  readonly peer: string
  readonly peerPort: number
  readonly owners: readonly Owner[]
  /** Of a listening socket: what waits to be accepted, and how much may. */
  readonly receiveQueue?: number
  readonly sendQueue?: number
}

export type Look = readonly Socket[]

/** What both ways to list sockets give; only ss also names the processes. */
export const gives = [
  'tcp.established',
  'tcp.close_wait_sockets',
  'tcp.syn_received',
  'tcp.syn_sent',
  'tcp.close_wait_stuck',
  'tcp.local_ports',
  'peer.ports',
  'peer.ports_used',
  'peer.time_wait',
  'peer.syn_sent',
  'listener.syn_received',
  'listener.close_wait',
  'listener.orphans',
  'process.close_wait',
]

export function census(
  looks: readonly Look[],
  range: Range | undefined,
): Required<Pick<Reading, 'host' | 'instances'>> {
  const stuck = stuckIn('CLOSE-WAIT', looks)
  const count = (state: string) => looks.map((look) => look.filter((one) => one.state === state).length)
  return {
    host: defined({
      'tcp.established': count('ESTAB'),
      'tcp.close_wait_sockets': count('CLOSE-WAIT'),
      'tcp.syn_received': count('SYN-RECV'),
      'tcp.syn_sent': count('SYN-SENT'),
      'tcp.close_wait_stuck': stuck?.length,
      'tcp.local_ports': range && range.high - range.low + 1,
    }),
    instances: [...(range ? peers(looks, range) : []), ...listeners(looks, stuck), ...holders(stuck ?? [])],
  }
}

/** How often each name occurs. */
export function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1)
  return found
}

/** The names with the largest counts, the largest first. */
export function most(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_INSTANCES)
    .map(([name]) => name)
}

/** Sockets of a state in the last look that were in it at the first one already; undefined when there was one look only. */
function stuckIn(state: string, looks: readonly Look[]): Look | undefined {
  const [first, last] = [looks[0], looks.at(-1)]
  if (!first || !last || looks.length < 2) return undefined
  const before = new Set(first.filter((one) => one.state === state).map(keyOf))
  return last.filter((one) => one.state === state && before.has(keyOf(one)))
}

export function keyOf(one: Socket): string {
  return `${one.address} ${one.port} ${one.peer} ${one.peerPort}`
}

function listeners(looks: readonly Look[], stuck: Look | undefined): Instance[] {
  const names = serving(looks.at(-1) ?? [])
  const counted = (sockets: Look) => tally(sockets.flatMap((one) => names(one) ?? []))
  const open = looks.map((look) => counted(look.filter((one) => one.state === 'SYN-RECV')))
  const waiting = counted(stuck ?? [])
  const left = counted((looks.at(-1) ?? []).filter(isOrphan))
  const all = new Map([...open, waiting, left].flatMap((counts) => [...counts]))
  return most(all).map((name) => ({
    domain: 'listener',
    name,
    labels: { port: name.slice(name.lastIndexOf(':') + 1) },
    values: defined({
      'listener.syn_received': open.map((look) => look.get(name) ?? 0),
      'listener.close_wait': stuck && (waiting.get(name) ?? 0),
      'listener.orphans': left.get(name) ?? 0,
    }),
  }))
}

/** Its program closed it, and the peer has not taken all of its data. */
function isOrphan({ state, owners, sendQueue = 0 }: Socket): boolean {
  return /^(?:FIN-WAIT-1|CLOSING|LAST-ACK)$/.test(state) && owners.length === 0 && sendQueue > 0
}

/** Socket → the listening socket it came through, named as ss names it; undefined for outgoing ones. */
function serving(look: Look): (one: Socket) => string | undefined {
  const listening = look.filter((one) => one.state === 'LISTEN')
  const exact = new Map(listening.map((one) => [`${one.address}:${one.port}`, `${one.address}:${one.port}`]))
  const any = new Map(
    listening
      .filter((one) => /^(?:\*|0\.0\.0\.0|\[::\])$/.test(one.address))
      .map((one) => [one.port, `${one.address}:${one.port}`]),
  )
  return (one) => exact.get(`${one.address}:${one.port}`) ?? any.get(one.port)
}

function holders(stuck: Look): Instance[] {
  const owners = new Map(stuck.flatMap((one) => one.owners).map((owner) => [String(owner.pid), owner]))
  const counts = tally(stuck.flatMap((one) => [...new Set(one.owners.map((owner) => String(owner.pid)))]))
  return most(counts).map((pid) => ({
    domain: 'process',
    name: pid,
    labels: { pid, comm: owners.get(pid)?.comm ?? '?' },
    values: { 'process.close_wait': counts.get(pid) ?? 0 },
  }))
}
