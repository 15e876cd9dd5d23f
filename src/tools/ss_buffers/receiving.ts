// Connections with their buffers at several looks, the last with owners → one instance per process that received something, the one with the worst buffers first.
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import type { Connection } from '../ss/connections.ts'
import type { Owner } from '../ss/listeners.ts'
import type { Range } from '../ss_sockets/ports.ts'
import { age } from '../ss_unix/sockets.ts'

const MOST_INSTANCES = 16
/** Percent of the limit. A fast transfer through a buffer that the kernel tunes comes near it, and not above. */
const FULL = 100

export interface Host {
  readonly root: boolean
  readonly range?: Range
}

interface Receiver {
  readonly connection: Connection
  readonly owner?: Owner
  /** The kernel found the buffer over its limit, and has cut the window to two segments. Small segments do not open it again. */
  readonly clamped: boolean
  /** Percent of the limit at each look. */
  readonly used: readonly number[]
  /** At the look at which it held most: the percent, the limit, and the data in it. */
  readonly most: number
  readonly limit: number
  readonly queued: number
}

export function receiving(looks: readonly (readonly Connection[])[], host: Host): Reading | Unavailable {
  const earlier = new Map<string, Connection[]>()
  for (const one of looks.slice(0, -1).flat()) earlier.set(one.key, [...(earlier.get(one.key) ?? []), one])
  const now = looks.at(-1) ?? []
  // What nobody sends to is not pruned, however full it is.
  const told = now.some(({ info }) => info.bytesReceived > 0)
  const all = now
    .map((one) => ({ one, was: earlier.get(one.key) ?? [] }))
    .filter(({ one, was }) => !told || one.info.bytesReceived > (was[0]?.info.bytesReceived ?? 0))
    .flatMap(({ one, was }) => receiver(one, was) ?? [])
  const bad = all.filter(({ clamped, most }) => clamped || most > FULL)
  // The guilty is among those nobody is named for: the others are not accused in its place.
  if (bad.length > 2 * bad.filter(({ owner }) => owner).length)
    return host.root
      ? unavailable('not measured', 'the full receive buffers are of the kernel, or of a process that just ended')
      : unavailable('not permitted', 'ss names the processes of other users only to root', 'run as root')
  return { instances: instances(all, host) }
}

function receiver(connection: Connection, was: readonly Connection[]): Receiver | undefined {
  const looks = [...was, connection].flatMap(({ memory, receiveQueue }) =>
    memory ? [{ most: (100 * memory.held) / memory.limit, limit: memory.limit, queued: receiveQueue }] : [],
  )
  const fullest = looks.toSorted((a, b) => b.most - a.most)[0]
  if (!fullest) return undefined
  const owner = connection.owners.toSorted((a, b) => age(a) - age(b))[0]
  const { advertisedMss, windowLimit } = connection.info
  return {
    connection,
    ...(owner ? { owner } : {}),
    clamped: windowLimit > 0 && windowLimit === 2 * advertisedMss,
    used: looks.map((look) => look.most),
    ...fullest,
  }
}

function instances(all: readonly Receiver[], host: Host): Instance[] {
  const owned = new Map<number, Receiver[]>()
  for (const one of all) {
    if (!one.owner) continue
    const own = owned.get(one.owner.pid)
    if (own) own.push(one)
    else owned.set(one.owner.pid, [one])
  }
  const weight = ({ clamped, most }: Receiver) => (clamped ? 2 * most : most)
  const clamped = (own: readonly Receiver[]) => own.filter((one) => one.clamped).length
  return [...owned.values()]
    .map((own) => own.toSorted((a, b) => weight(b) - weight(a)))
    .toSorted((a, b) => clamped(b) - clamped(a) || (b[0]?.most ?? 0) - (a[0]?.most ?? 0))
    .slice(0, MOST_INSTANCES)
    .flatMap(([worst, ...others]) => (worst ? instance(worst, clamped([worst, ...others]), host) : []))
}

function instance(worst: Receiver, clamped: number, { range }: Host): Instance[] {
  const { connection, owner } = worst
  if (!owner) return []
  const port = Number(connection.local.slice(connection.local.lastIndexOf(':') + 1))
  // A port the kernel chose says nothing of the service.
  const served = range !== undefined && (port < range.low || port > range.high)
  return [
    {
      domain: 'process',
      name: String(owner.pid),
      labels: { pid: String(owner.pid), comm: owner.comm, ...(served ? { port: String(port) } : {}) },
      values: {
        'process.receive_clamped': clamped,
        'process.receive_buffer_used': worst.used,
        'process.receive_buffer': worst.limit,
        'process.receive_queued': worst.queued,
        'process.receive_connection': `${connection.local} from ${addressOf(connection)}`,
      },
    },
  ]
}

function addressOf({ peer, peerPort }: Connection): string {
  return peer.includes(':') ? `[${peer}]:${peerPort}` : `${peer}:${peerPort}`
}
