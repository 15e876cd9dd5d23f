// Compressed memory: zram devices in /sys/block and zswap in /proc/vmstat and /proc/meminfo → how well it compresses, limits, failures, traffic.
//   ==> /sys/block/zram0/mm_stat <==
//    16777216     4312    73728        0    73728     4093        0        0        0
//   original compressed used limit most-used same-pages compacted huge huge-since
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { defined, words } from '../../parse/table.ts'

const BLOCK = '/sys/block'
const VMSTAT = '/proc/vmstat'
const MEMINFO = '/proc/meminfo'
const ORIGINAL = 0
const USED = 2
const LIMIT = 3
const ZRAM = ['zram.stored', 'zram.used', 'zram.compression', 'zram.limit_share', 'zram.failed'] as const
const ZSWAP = ['zswap.in', 'zswap.out', 'zswap.written_back', 'zswap.stored', 'zswap.used'] as const
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'zram',
  tier: 'read',
  asks: 'Is compressed memory worth its CPU time, and is it full?',
  gives: [...ZRAM, ...ZSWAP],
  requests: () => [
    { kind: 'read', paths: [`${BLOCK}/zram*/mm_stat`, `${BLOCK}/zram*/io_stat`, VMSTAT, MEMINFO], at: 'ends' },
  ],
  parse: (looks, { context }) => {
    const read = looks.map((look) => files(look.text))
    const at = looks.map((look) => look.atMs)
    const vm = read.map((found) => keyed(found.get(VMSTAT) ?? ''))
    const info = keyed(read.at(-1)?.get(MEMINFO) ?? '')
    if (!info.has('MemTotal') && !vm.some((counters) => counters.has('pgfault')))
      return unavailable('not understood', `neither ${VMSTAT} nor ${MEMINFO} has the lines it is known by`)
    const bytes = (name: string) => {
      const pages = meanRate(
        vm.map((counters) => counters.get(name)),
        at,
      )
      return pages === undefined ? undefined : pages * context.pageSize
    }
    const host = defined({
      ...devices(read),
      'zswap.in': bytes('zswpin'),
      'zswap.out': bytes('zswpout'),
      'zswap.written_back': bytes('zswpwb'),
      'zswap.stored': info.get('Zswapped'),
      'zswap.used': info.get('Zswap'),
    })
    const none = (ids: readonly string[], why: string) =>
      ids.filter((id) => !(id in host)).map((id) => [id, unavailable('nothing to measure', why)])
    return {
      host,
      missing: Object.fromEntries([
        ...none(ZRAM, 'no compressed memory device (zram) is in use'),
        ...none(ZSWAP, 'this kernel has no compressed swap cache (zswap), or does not count it'),
      ]),
    }
  },
}

function devices(read: readonly Files[]): Readonly<Record<string, number | undefined>> {
  const last = read.at(-1) ?? new Map<string, string>()
  const used = [...last].flatMap(([path, text]) => {
    const cells = /\/zram\d+\/mm_stat$/.test(path) ? numbers(text) : undefined
    const [original, memory, limit] = [cells?.[ORIGINAL], cells?.[USED], cells?.[LIMIT]]
    return original === undefined || memory === undefined || limit === undefined || original === 0
      ? []
      : [{ original, memory, limit }]
  })
  if (used.length === 0) return {}
  const stored = used.reduce((total, device) => total + device.original, 0)
  const memory = used.reduce((total, device) => total + device.memory, 0)
  const limited = used.filter((device) => device.limit > 0)
  return {
    'zram.stored': stored,
    'zram.used': memory,
    'zram.compression': memory > 0 ? stored / memory : undefined,
    'zram.limit_share':
      limited.length > 0 ? Math.max(...limited.map((device) => (100 * device.memory) / device.limit)) : undefined,
    'zram.failed': increase(read.map(failures)),
  }
}

/** failed_reads and failed_writes are the first two numbers of io_stat. */
function failures(read: Files): number | undefined {
  let total: number | undefined
  for (const [path, text] of read) {
    if (!/\/zram\d+\/io_stat$/.test(path)) continue
    const [reads, writes] = numbers(text) ?? []
    if (reads === undefined || writes === undefined) return undefined
    total = (total ?? 0) + reads + writes
  }
  return total
}

function numbers(text: string): number[] | undefined {
  const cells = words(text)
  return cells.every((cell) => /^\d{1,15}$/.test(cell)) ? cells.map(Number) : undefined
}
