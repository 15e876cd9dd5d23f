// Sockets at both ends of the window → destinations (address and port), with how many of this host's outgoing ports each one takes.
import type { Instance } from '../../model/metric.ts'
import { most, tally, type Look, type Socket } from './census.ts'

/** Ports the kernel gives to outgoing connections, both ends included (ip_local_port_range). */
export interface Range {
  readonly low: number
  readonly high: number
}

/** `32768	60999` → the range. */
export function rangeOf(text: string | undefined): Range | undefined {
  const [, low, high] = /^(\d{1,5})\s+(\d{1,5})$/.exec(text?.trim() ?? '') ?? []
  if (low === undefined || high === undefined || Number(low) > Number(high)) return undefined
  return { low: Number(low), high: Number(high) }
}

/** A port is free for one destination when no connection from the same local address to that destination has it. */
export function peers(looks: readonly Look[], range: Range): Instance[] {
  const size = range.high - range.low + 1
  const own = looks.map((look) => outgoing(look, range))
  const worst = own.map((look) => worstSource(look))
  const last = own.at(-1) ?? []
  const asked = tally(last.filter((one) => one.state === 'SYN-SENT').map(destination))
  const names = new Set([...most(worst.at(-1) ?? new Map<string, number>()), ...most(asked)])
  return [...names].map((name) => {
    const taken = worst.map((counts) => counts.get(name) ?? 0)
    const one = last.find((socket) => destination(socket) === name)
    const waiting = own.map((look) => look.filter((s) => s.state === 'TIME-WAIT' && destination(s) === name).length)
    return {
      domain: 'peer',
      name,
      labels: { address: one?.peer ?? '', port: String(one?.peerPort ?? ''), ...ownerOf(last, name) },
      values: {
        'peer.ports': taken,
        'peer.ports_used': taken.map((count) => (100 * count) / size),
        'peer.time_wait': waiting,
        'peer.syn_sent': asked.get(name) ?? 0,
      },
    }
  })
}

/** Connections this host opened: their port is of the range and nothing listens on it. */
function outgoing(look: Look, range: Range): Look {
  const listening = new Set(look.filter((one) => one.state === 'LISTEN').map((one) => one.port))
  return look.filter(
    (one) =>
      one.state !== 'LISTEN' &&
      one.peerPort > 0 &&
      one.port >= range.low &&
      one.port <= range.high &&
      !listening.has(one.port),
  )
}

/** Destination → sockets from the local address that has most of them. */
function worstSource(look: Look): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [key, count] of tally(look.map((one) => `${plain(one.address)} ${destination(one)}`))) {
    const name = key.slice(key.indexOf(' ') + 1)
    if (count > (found.get(name) ?? 0)) found.set(name, count)
  }
  return found
}

function destination(one: Socket): string {
  return `${plain(one.peer)}:${one.peerPort}`
}

/** IPv4 through an IPv6 socket takes the same ports as through an IPv4 one. Tools write it with and without brackets. */
function plain(address: string): string {
  return /^\[?::ffff:([\d.]+)\]?$/.exec(address)?.[1] ?? address
}

/** The process with most open sockets to the destination; connections in TIME-WAIT belong to nobody. */
function ownerOf(look: Look, name: string): Readonly<Record<string, string>> {
  const owners = look.filter((one) => destination(one) === name).flatMap((one) => one.owners)
  const pid = most(tally(owners.map((owner) => String(owner.pid))))[0]
  const comm = owners.find((owner) => String(owner.pid) === pid)?.comm
  return pid === undefined || comm === undefined ? {} : { pid, comm }
}
