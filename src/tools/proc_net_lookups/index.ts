// /proc/net/udp, udp6 and snmp at every interval of the window → name lookups that wait for an answer, which resolver, and for how long at least.
//   2261: 0100007F:D2F1 3500007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 91822 2 00000000acb3a1f2 0
//   Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors …
//   Udp: 4711 0 0 4800 0 …
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { meanRate } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'
import { address } from '../proc_net_tcp/address.ts'

const TABLES = ['/proc/net/udp', '/proc/net/udp6']
const SNMP = '/proc/net/snmp'
const HEADER = /^\s*sl\s+local_address\s+rem\w*_address\s+st\s/
// A program that asks connects a socket to the resolver and closes it when it is answered; a server has none that is connected. Programs
// that keep one for all their questions (nginx, HAProxy) have it at every look.
const LOOKUP = /^\s*\d+: [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{8}|[0-9A-F]{32}):0035 01 \S+ \S+ \S+\s+\d+\s+\d+ (\d+) /gm
const LASTING_MS = 3000
const MOST_INSTANCES = 16

interface Lookup {
  readonly resolver: string
  readonly inode: string
}

interface Look {
  readonly atMs: number
  readonly lookups: readonly Lookup[]
  readonly received: number | undefined
}

export const source: Source = {
  id: 'proc_net_lookups',
  tier: 'read',
  asks: 'Do programs wait for name lookups, and for which resolver?',
  gives: ['dns.outstanding', 'dns.wait', 'dns.lasting', 'dns.started', 'peer.lookups'],
  requests: () => [{ kind: 'read', paths: [...TABLES, SNMP], at: 'every' }],
  parse: (looks) => {
    const all: Look[] = []
    for (const look of looks) {
      const one = lookOf(look)
      if (isUnavailable(one)) return one
      all.push(one)
    }
    const seen = withoutKept(all)
    const [first] = seen
    if (!first || seen.length < 2) return unavailable('not measured', 'lookups were looked for only once')
    const began = beginnings(seen)
    const outstanding = seen.map((look) => look.lookups.length)
    const arriving = meanRate(
      seen.map((look) => look.received),
      seen.map((look) => look.atMs),
    )
    const mean = outstanding.reduce((sum, one) => sum + one, 0) / outstanding.length
    const wait = arriving !== undefined && arriving > 0 ? mean / arriving : undefined
    const idle = unavailable('nothing to measure', 'no datagram arrived in the window')
    const unseen = unavailable('not understood', `${SNMP} has no pair of Udp: lines`)
    return {
      host: defined({
        'dns.outstanding': outstanding,
        'dns.wait': wait,
        'dns.lasting': seen.map(
          (look) => look.lookups.filter((one) => look.atMs - (began.get(one.inode) ?? Infinity) >= LASTING_MS).length,
        ),
        'dns.started': [...began.values()].filter((at) => at > first.atMs).length,
      }),
      instances: resolvers(seen),
      missing: wait === undefined ? { 'dns.wait': arriving === undefined ? unseen : idle } : {},
    }
  },
}

function lookOf(look: Observation): Look | Unavailable {
  const read = files(look.text)
  if ([...unreadable(look.text).values()].includes('EFBIG'))
    return unavailable('not measured', 'the table of UDP sockets is too long to be read to its end')
  const four = read.get(TABLES[0] ?? '') ?? ''
  if (!HEADER.test(four))
    return unavailable('not understood', `${TABLES[0] ?? ''} has no header with local_address and st`)
  // IPv6 may be switched off: then there is no second table.
  const lookups = TABLES.flatMap((path) =>
    [...(read.get(path) ?? '').matchAll(LOOKUP)].map(([, hex = '', inode = '']) => ({ resolver: address(hex), inode })),
  )
  return { atMs: look.atMs, lookups, received: received(read.get(SNMP) ?? '') }
}

function received(text: string): number | undefined {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map(words)
  const at = names?.indexOf('InDatagrams') ?? -1
  return at > 0 && names?.length === values?.length ? number(values?.[at]) : undefined
}

/** A lookup begins or ends within seconds: a socket that was there all the time is kept for questions to come. */
function withoutKept(seen: readonly Look[]): readonly Look[] {
  const [first, ...others] = seen.map(({ lookups }) => new Set(lookups.map(({ inode }) => inode)))
  const kept = new Set([...(first ?? [])].filter((inode) => others.every((one) => one.has(inode))))
  return seen.map((look) => ({ ...look, lookups: look.lookups.filter(({ inode }) => !kept.has(inode)) }))
}

/** Socket → when it was first seen. */
function beginnings(seen: readonly Look[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const look of seen) for (const one of look.lookups) if (!found.has(one.inode)) found.set(one.inode, look.atMs)
  return found
}

function resolvers(seen: readonly Look[]): Instance[] {
  const names = new Set(seen.flatMap((look) => look.lookups.map((one) => one.resolver)))
  return [...names].slice(0, MOST_INSTANCES).map((name) => ({
    domain: 'peer',
    name,
    labels: { address: name, port: '53' },
    values: { 'peer.lookups': seen.map((look) => look.lookups.filter((one) => one.resolver === name).length) },
  }))
}
