// Listening sockets seen at several looks → one instance per address and port: its queue at each look, its backlog, who holds it.
import type { Instance, Value } from '../../model/metric.ts'
import { defined } from '../../parse/table.ts'

/** Beyond this many lines a table of sockets is not read to its end. */
export const MOST_LINES = 50_000

export interface Owner {
  readonly comm: string
  readonly pid: number
}

export interface Listener {
  /** As ss prints it: `127.0.0.1:80`, `[::1]:80`, `*:80`, `127.0.0.53%lo:53`. */
  readonly name: string
  readonly port: string
  readonly queue: number
  readonly backlog?: number
  readonly owners: readonly Owner[]
}

export function instances(looks: readonly (readonly Listener[])[]): Instance[] {
  const fullest = looks.map(fullestByName)
  const names = new Set(fullest.flatMap((look) => [...look.keys()]))
  return [...names].map((name) => instance(fullest.flatMap((look) => look.get(name) ?? []))).flatMap((one) => one ?? [])
}

/** Workers that share a port (SO_REUSEPORT) have a queue each, and one full queue drops: the fullest stands for the port. */
function fullestByName(look: readonly Listener[]): ReadonlyMap<string, Listener> {
  const found = new Map<string, Listener>()
  for (const one of look) if (one.queue > (found.get(one.name)?.queue ?? -1)) found.set(one.name, one)
  return found
}

function instance(seen: readonly Listener[]): Instance | undefined {
  const last = seen.at(-1)
  if (!last) return undefined
  const values: Record<string, Value | undefined> = {
    'listener.queue': seen.map((one) => one.queue),
    'listener.backlog': last.backlog,
  }
  return {
    domain: 'listener',
    name: last.name,
    labels: { port: last.port, ...owned(last.owners) },
    values: defined(values),
  }
}

/** Of several processes that hold one socket the oldest is named, but never init, which only passes sockets on. */
function owned(owners: readonly Owner[]): Readonly<Record<string, string>> {
  const age = (owner: Owner) => (owner.pid === 1 ? Infinity : owner.pid)
  const sorted = owners.toSorted((a, b) => age(a) - age(b))
  const first = sorted[0]
  if (!first) return {}
  const one = { comm: first.comm, pid: String(first.pid) }
  const pids = [...new Set(sorted.map((owner) => owner.pid))]
  return pids.length > 1 ? { ...one, pids: pids.slice(0, 16).join(',') } : one
}
