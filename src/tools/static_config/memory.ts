// /proc/sys/vm, huge pages and swap areas → how memory is reclaimed, promised, reserved and written back.
//   /proc/sys/vm/dirty_ratio                              20
//   /sys/kernel/mm/transparent_hugepage/enabled           always [madvise] never
//   /proc/swaps                                           /dev/sda2  partition  8388604  0  -2
import type { Context } from '../../model/context.ts'
import { unavailable } from '../../model/unavailable.ts'
import { table, words } from '../../parse/table.ts'
import { line, type Files } from '../context/text.ts'
import { amount, choice, item, positive, whole, type Items, type Seen } from './items.ts'

const vm = '/proc/sys/vm'
const thp = '/sys/kernel/mm/transparent_hugepage'
const SWAPS = '/proc/swaps'
const HUGE = '/sys/kernel/mm/hugepages/hugepages-'
const noThp = unavailable('nothing to measure', 'this kernel has no transparent huge pages')
const KIB = 1024

export const MEMORY_ITEMS: Items = {
  'config.vm.memory': item([`${vm}/swappiness`], ({ files, context }) =>
    // Not read here: known from the context. Told only together with what it is compared with.
    positive(files, `${vm}/swappiness`) !== undefined && context.memoryBytes > 0 ? context.memoryBytes : undefined,
  ),
  'config.vm.swappiness': amount(`${vm}/swappiness`),
  'config.vm.swap': item([SWAPS], ({ files }) => swaps(files)?.reduce((sum, { kib }) => sum + kib * KIB, 0)),
  'config.vm.swap_rotating': item([SWAPS], ({ files, context }) => rotating(files, context)),
  'config.vm.swap_devices': item([SWAPS], ({ files }) =>
    swaps(files)
      ?.map(({ file }) => file)
      .join(', '),
  ),
  'config.vm.thp': choice(`${thp}/enabled`, noThp),
  'config.vm.thp_defrag': choice(`${thp}/defrag`, noThp),
  'config.vm.overcommit': amount(`${vm}/overcommit_memory`),
  'config.vm.overcommit_ratio': amount(`${vm}/overcommit_ratio`),
  'config.vm.overcommit_bytes': amount(`${vm}/overcommit_kbytes`, KIB),
  'config.vm.map_count': amount(`${vm}/max_map_count`),
  'config.vm.min_free': amount(`${vm}/min_free_kbytes`, KIB),
  'config.vm.watermark_scale': item([`${vm}/watermark_scale_factor`], ({ files }) =>
    positive(files, `${vm}/watermark_scale_factor`, 0.01),
  ),
  'config.vm.dirty_limit': item([`${vm}/dirty_ratio`, `${vm}/dirty_bytes`], (seen) => dirty(seen, '')),
  'config.vm.dirty_background': item([`${vm}/dirty_background_ratio`, `${vm}/dirty_background_bytes`], (seen) =>
    dirty(seen, 'background_'),
  ),
  'config.vm.dirty_expire': amount(`${vm}/dirty_expire_centisecs`, 0.01),
  'config.vm.zone_reclaim': amount(
    `${vm}/zone_reclaim_mode`,
    1,
    unavailable('nothing to measure', 'this kernel knows no NUMA nodes'),
  ),
  'config.vm.huge_idle': item(
    ['free', 'resv'].map((kind) => `${HUGE}*/${kind}_hugepages`),
    ({ files }) => hugeIdle(files),
    unavailable('nothing to measure', 'this kernel reserves no huge pages'),
  ),
}

interface Swap {
  readonly file: string
  readonly kib: number
}

function swaps(files: Files): Swap[] | undefined {
  const [header, ...rows] = (files.get(SWAPS) ?? '').trim().split('\n').map(words)
  if (header?.[0] !== 'Filename' || !header.includes('Size')) return undefined
  return table(header, rows).rows.flatMap((row) => {
    const file = row.text('Filename')
    const kib = whole(row.text('Size'))
    return file === undefined || kib === undefined ? [] : [{ file, kib }]
  })
}

/** `/dev/sda2` lies on the disk `sda` when that one rotates. A swap file lies on some disk that is not told here. */
function rotating(files: Files, { disks }: Context): number | undefined {
  const areas = swaps(files)
  if (areas === undefined) return undefined
  const slow = disks.filter((disk) => disk.kind === 'serial').map((disk) => disk.name)
  const lies = (file: string, disk: string) =>
    file.startsWith(`/dev/${disk}`) && /^p?\d*$/.test(file.slice(`/dev/${disk}`.length))
  return Number(areas.some(({ file }) => slow.some((disk) => lies(file, disk))))
}

/** Bytes where they are set, else a share of memory. The kernel takes it of available memory: this is the most it can be. */
function dirty({ files, context }: Seen, kind: string): number | undefined {
  const bytes = positive(files, `${vm}/dirty_${kind}bytes`)
  if (bytes !== undefined && bytes > 0) return bytes
  const ratio = positive(files, `${vm}/dirty_${kind}ratio`)
  return ratio === undefined || context.memoryBytes <= 0 ? undefined : (ratio / 100) * context.memoryBytes
}

/** All sizes: /proc/meminfo tells only the default one. */
function hugeIdle(files: Files): number | undefined {
  let total: number | undefined
  for (const path of files.keys()) {
    const size = whole(/^\/sys\/kernel\/mm\/hugepages\/hugepages-(\d+)kB\/free_hugepages$/.exec(path)?.[1])
    const free = whole(line(files, path))
    const reserved = whole(line(files, path.replace('/free_', '/resv_')))
    if (size === undefined || free === undefined || reserved === undefined || reserved > free) continue
    total = (total ?? 0) + (free - reserved) * size * KIB
  }
  return total
}
