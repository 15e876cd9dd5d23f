// Counters of the IP layer in /proc/net/snmp and snmp6 at both ends of the window → packets without a route or for somebody else, fragments that were lost, memory they wait in.
//   Ip: Forwarding DefaultTTL InReceives InHdrErrors … OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates
//   Ip: 2 64 4802 0 … 16 0 0 0 0 0 0 0
//   Ip6OutNoRoutes                  	4
//   FRAG: inuse 590 memory 4196080                  sockstat, against ipfrag_high_thresh
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { defined, number, table, words } from '../../parse/table.ts'

const FOUR = '/proc/net/snmp'
/** Absent where IPv6 is switched off. */
const SIX = '/proc/net/snmp6'
const SUMS: Readonly<Record<string, readonly string[]>> = {
  'ip.no_route': ['OutNoRoutes', 'Ip6OutNoRoutes', 'Ip6InNoRoutes'],
  'ip.unforwarded': ['InAddrErrors', 'Ip6InAddrErrors'],
  'ip.pieces_received': ['ReasmReqds', 'Ip6ReasmReqds'],
  'ip.reassembly_fails': ['ReasmFails', 'Ip6ReasmFails'],
  'ip.fragmentation_fails': ['FragFails', 'Ip6FragFails'],
}
const MEMORY = 'ip.reassembly_memory'
const FORWARDS = 'ip.forwards'
/** Where pieces wait for the rest of their packet, and how many bytes of them may. */
const STORES = [
  { file: '/proc/net/sockstat', name: 'FRAG:', limit: '/proc/sys/net/ipv4/ipfrag_high_thresh' },
  { file: '/proc/net/sockstat6', name: 'FRAG6:', limit: '/proc/sys/net/ipv6/ip6frag_high_thresh' },
]

export const source: Source = {
  id: 'proc_net_ip',
  tier: 'read',
  asks: 'Are there packets without a route, or fragments that never became whole?',
  gives: [...Object.keys(SUMS), MEMORY, FORWARDS],
  requests: () => [
    { kind: 'read', paths: [FOUR, SIX, ...STORES.flatMap(({ file, limit }) => [file, limit])], at: 'ends' },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => counters(files(look.text)))
    if (reads.includes(undefined))
      return unavailable('not understood', `${FOUR} has no pair of Ip: lines, names above values`)
    if (reads.length < 2)
      return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const sums = Object.entries(SUMS).map(([id, names]) => [id, grown(reads, names)])
    const memory = looks.flatMap((look) => fullest(files(look.text)) ?? [])
    return {
      host: defined({
        ...Object.fromEntries(sums),
        [MEMORY]: memory.length === looks.length ? memory : undefined,
        [FORWARDS]: forwards(reads.at(-1)?.get('Forwarding')),
      }),
    }
  },
}

/** Of both families the fuller one, in percent of what it may hold. */
function fullest(read: ReadonlyMap<string, string>): number | undefined {
  const shares = STORES.flatMap(({ file, name, limit }) => {
    const line = (read.get(file) ?? '').split('\n').find((one) => one.startsWith(`${name} `))
    const held = number(/ memory (\d+)/.exec(line ?? '')?.[1])
    const most = number(read.get(limit)?.trim())
    return held !== undefined && most !== undefined && most > 0 ? [(100 * held) / most] : []
  })
  return shares.length > 0 ? Math.max(...shares) : undefined
}

/** The MIB says 1 for a router and 2 for a host. */
function forwards(value: number | undefined): number | undefined {
  return value === 1 ? 1 : value === 2 ? 0 : undefined
}

function counters(read: ReadonlyMap<string, string>): ReadonlyMap<string, number> | undefined {
  const [names, values] = (read.get(FOUR) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map(words)
  const [row] = table(names ?? [], values ? [values] : []).rows
  if (!names || !row) return undefined
  const four = names.flatMap((name) => {
    const value = row.number(name)
    return value !== undefined && value >= 0 ? [[name, value] as const] : []
  })
  return new Map([...four, ...keyed(read.get(SIX) ?? '')])
}

/** The sum over both families of what is counted here; a counter that is there at one end only makes it unknown. */
function grown(
  reads: readonly (ReadonlyMap<string, number> | undefined)[],
  names: readonly string[],
): number | undefined {
  const present = names.filter((name) => reads.some((read) => read?.has(name)))
  const parts = present.map((name) => increase(reads.map((read) => read?.get(name))))
  return parts.length === 0 || parts.includes(undefined)
    ? undefined
    : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
}
