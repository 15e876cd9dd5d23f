// /proc/net/arp and the counters of the neighbour tables at both ends of the window → entries, failures, packets dropped, table full.
//   IP address       HW type     Flags       HW address            Mask     Device
//   10.9.0.99        0x1         0x0         00:00:00:00:00:00     *        eth0
//   entries  allocs   destroys hash_grows lookups  hits     res_failed … unresolved_discards table_fulls   per CPU, hexadecimal
import type { Value } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number, sum, table, words } from '../../parse/table.ts'
import { gives, neighbours, type Look } from '../ip_neigh/neighbours.ts'

const ARP = '/proc/net/arp'
const LIMIT = '/proc/sys/net/ipv4/neigh/default/gc_thresh3'
const STATS = ['/proc/net/stat/arp_cache', '/proc/net/stat/ndisc_cache']
const COUNTERS: Readonly<Record<string, string>> = {
  'neighbour.failures': 'res_failed',
  'neighbour.discards': 'unresolved_discards',
  'neighbour.table_full': 'table_fulls',
}
const HEADER = /^IP address\s+HW type\s+Flags\s+HW address\s+Mask\s+Device\s*$/
/** The entry has a hardware address (ATF_COM), or is one an operator set (ATF_PERM). */
const COMPLETE = 0x02 | 0x04

export const source: Source = {
  id: 'proc_net_neighbour',
  tier: 'read',
  asks: 'Does this host fail to find its neighbours, is the neighbour table full?',
  gives: [...gives, 'neighbour.used', ...Object.keys(COUNTERS)],
  requests: () => [{ kind: 'read', paths: [ARP, LIMIT, ...STATS], at: 'ends' }],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const seen: Look[] = []
    for (const read of reads) {
      const found = entries(read.get(ARP) ?? '')
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', `${ARP} was not read`)
    const { host, instances } = neighbours(seen)
    const limit = number(reads.at(-1)?.get(LIMIT)?.trim())
    // The table is one for all network name spaces: its own count is what the limit is compared with.
    const sizes = reads.map((read) =>
      statistics(read.get(STATS[0] ?? '') ?? '')
        ?.at(0)
        ?.get('entries'),
    )
    const known = limit !== undefined && limit > 0 && sizes.every((size) => size !== undefined)
    const used: Value | undefined = known ? sizes.map((size) => (100 * (size ?? 0)) / limit) : undefined
    const grown = growth(reads)
    return {
      host: { ...host, ...defined({ 'neighbour.used': used, ...grown }) },
      instances,
      missing: missing(looks.at(-1)?.text ?? '', used, grown),
    }
  },
}

function entries(text: string): Look | Unavailable {
  const [header = '', ...lines] = text.split('\n')
  if (!HEADER.test(header))
    return unavailable('not understood', `${ARP} has no header with IP address, Flags and Device`)
  const found: Look[number][] = []
  for (const line of lines) {
    if (line === '') continue
    const [address, , flags = '', , , device, ...more] = words(line)
    if (address === undefined || device === undefined || more.length > 0 || !/^0x[0-9a-f]{1,4}$/.test(flags))
      return unavailable('not understood', `a line of ${ARP} has not six columns`)
    found.push({ address, device, unresolved: (parseInt(flags, 16) & COMPLETE) === 0 })
  }
  return found
}

/** One map per CPU; undefined when it is not a table of hexadecimal numbers. */
function statistics(text: string): readonly ReadonlyMap<string, number>[] | undefined {
  const [header = '', ...lines] = text.trim().split('\n')
  const names = words(header)
  const { rows, has } = table(names, lines.map(words))
  if (!has('entries') || rows.length === 0 || rows.length !== lines.length) return undefined
  const found = rows.map((row) => {
    const cells = names.flatMap((name) => {
      const cell = row.text(name) ?? ''
      return /^[0-9a-f]{1,8}$/.test(cell) ? [[name, parseInt(cell, 16)] as const] : []
    })
    return new Map(cells)
  })
  return found.every((cpu) => cpu.size === names.length) ? found : undefined
}

/** Sums over the CPUs and over both families; undefined where a file is there and lacks the counter. */
function growth(reads: readonly ReadonlyMap<string, string>[]): Readonly<Record<string, number | undefined>> {
  const present = STATS.filter((path) => reads.every((read) => read.has(path)))
  return Object.fromEntries(
    Object.entries(COUNTERS).map(([id, name]) => {
      const parts = present.map((path) => {
        const cpus = reads.map((read) => statistics(read.get(path) ?? ''))
        if (cpus.some((one) => one === undefined || one.length !== cpus[0]?.length)) return undefined
        const sums = cpus.map((one) => sum(...(one ?? []).map((cpu) => cpu.get(name))))
        return increase(sums)
      })
      return [id, parts.length > 0 ? sum(...parts) : undefined]
    }),
  )
}

function missing(text: string, used: unknown, grown: Readonly<Record<string, number | undefined>>) {
  const absent = STATS.every((path) => unreadable(text).has(path))
  const stats = absent
    ? unavailable('not supported', `${STATS[0] ?? ''} is not there`)
    : unavailable('not measured', `${STATS[0] ?? ''} was not read twice with the same CPUs`)
  return {
    ...(used === undefined
      ? { 'neighbour.used': unavailable('not supported', `${LIMIT} or the size of the table cannot be read`) }
      : {}),
    ...Object.fromEntries(Object.keys(COUNTERS).flatMap((id) => (grown[id] === undefined ? [[id, stats]] : []))),
  }
}
