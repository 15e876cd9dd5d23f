// /proc/buddyinfo and /proc/zoneinfo at every interval → how close the memory zones are to their watermarks, and how fragmented free memory is.
//   Node 0, zone   Normal    100    335     95     51    113    889    593    288    127      1    784     blocks of 1, 2, 4 … pages
//     pages free     949110
//           low      15413
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

const BUDDY = '/proc/buddyinfo'
const ZONES = '/proc/zoneinfo'
const HUGE = 2 * 1024 ** 2
const COSTLY_ORDER = 3

interface Zone {
  readonly free: number
  readonly min: number
  readonly low: number
}

interface Blocks {
  readonly pages: number
  readonly hugePages: number
  readonly costly: number
}

export const source: Source = {
  id: 'proc_zones',
  tier: 'read',
  asks: 'Is a memory zone at its watermarks, and are there large free blocks?',
  gives: ['zone.margin', 'zone.low_margin', 'zone.large_free', 'zone.medium_free', 'zone.fragmentation'],
  requests: () => [{ kind: 'read', paths: [BUDDY, ZONES], at: 'every' }],
  parse: (looks, { context }) => {
    const read = looks.map((look) => files(look.text))
    const blocks = read.map((found) => blocksOf(found.get(BUDDY) ?? '', context.pageSize))
    const zones = read.map((found) => zonesOf(found.get(ZONES) ?? ''))
    const margin = (of: (zone: Zone) => number) =>
      complete(zones.map((each) => (each.length > 0 ? Math.min(...each.map(of)) : undefined)))
    const free = (of: (found: Blocks) => number) => complete(blocks.map((found) => found && of(found)))
    const host = defined({
      'zone.margin': margin((zone) => (100 * zone.free) / zone.min),
      'zone.low_margin': margin((zone) => (100 * zone.free) / zone.low),
      'zone.large_free': free((found) => found.hugePages * context.pageSize),
      'zone.medium_free': free((found) => found.costly),
      'zone.fragmentation': free((found) =>
        found.pages > 0 ? (100 * (found.pages - found.hugePages)) / found.pages : 100,
      ),
    })
    return Object.keys(host).length > 0
      ? { host }
      : unavailable('not understood', `neither ${BUDDY} nor ${ZONES} has the lines it is known by`)
  },
}

/** One look that cannot be read spoils the series: half a series is no series. */
function complete(values: readonly (number | undefined)[]): number[] | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 && known.length === values.length && known.every(Number.isFinite) ? known : undefined
}

function blocksOf(text: string, pageSize: number): Blocks | undefined {
  let [pages, hugePages, costly, zones] = [0, 0, 0, 0]
  for (const line of text.split('\n')) {
    const match = /^Node \d+, zone\s+\S+\s+(.*)$/.exec(line.trim())
    if (!match) continue
    const counts = words(match[1] ?? '')
    if (!counts.every((count) => /^\d{1,12}$/.test(count))) return undefined
    zones++
    for (const [order, count] of counts.entries()) {
      const size = 2 ** order
      pages += Number(count) * size
      if (size * pageSize >= HUGE) hugePages += Number(count) * size
      if (order >= COSTLY_ORDER) costly += Number(count)
    }
  }
  return zones > 0 ? { pages, hugePages, costly } : undefined
}

/** Zones that have memory. The pages of DMA zones are kept back for devices, but their watermarks hold like those of any other. */
function zonesOf(text: string): Zone[] {
  return text.split(/^Node \d+, zone.*$/m).flatMap((section) => {
    const value = (name: string) => number(new RegExp(`^\\s+(?:pages )?${name}\\s+(\\d+)$`, 'm').exec(section)?.[1])
    const [free, min, low, managed] = [value('free'), value('min'), value('low'), value('managed')]
    if (free === undefined || !min || !low || !managed) return []
    return [{ free, min, low }]
  })
}
