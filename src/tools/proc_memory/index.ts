// /proc/meminfo and /proc/vmstat at every interval (the twin of free, and all else about memory) → capacity, reclaim, swap, faults.
//   MemAvailable:   24272956 kB            meminfo: an amount now
//   pgmajfault 1107                        vmstat: a counter since boot, in events or pages
//   nr_dirty 11209                         vmstat: an amount now, in pages
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase, meanRate, rates } from '../../parse/counters.ts'
import { files, keyed, unreadable } from '../../parse/files.ts'
import { defined, number, sum } from '../../parse/table.ts'

type Numbers = ReadonlyMap<string, number>
type Find = (numbers: Numbers) => number | undefined

const MEMINFO = '/proc/meminfo'
const VMSTAT = '/proc/vmstat'
const OVERCOMMIT = '/proc/sys/vm/overcommit_memory'

/** Amounts that are sampled, from /proc/meminfo in bytes. */
const GAUGES: Readonly<Record<string, Find>> = {
  'memory.available': key('MemAvailable'),
  'memory.free': key('MemFree'),
  'memory.buffers': key('Buffers'),
  'memory.cache': (info) => sum(info.get('Cached'), info.get('SReclaimable')),
  'memory.shared': key('Shmem'),
  'memory.slab_unreclaimable': key('SUnreclaim'),
  'memory.page_tables': key('PageTables'),
  'memory.swap_used': (info) => minus(info.get('SwapTotal'), info.get('SwapFree')),
}

/** Amounts of which the last is enough, from /proc/meminfo in bytes. */
const CONSTANTS: Readonly<Record<string, Find>> = {
  'memory.total': key('MemTotal'),
  'memory.swap_total': key('SwapTotal'),
  'memory.committed': key('Committed_AS'),
  'memory.commit_limit': key('CommitLimit'),
  'memory.slab_reclaimable': key('SReclaimable'),
  'memory.unevictable': key('Unevictable'),
  'memory.locked': key('Mlocked'),
  'memory.kernel_stacks': key('KernelStack'),
  'memory.huge_reserved_idle': hugeIdle,
  'memory.hardware_corrupted': key('HardwareCorrupted'),
}

/** Amounts that are sampled, from /proc/vmstat in pages. */
const PAGES: Readonly<Record<string, Find>> = {
  'memory.dirty': (vm) => sum(vm.get('nr_dirty'), vm.get('nr_writeback')),
  'memory.dirty_limit': key('nr_dirty_threshold'),
}

/** Counters of pages, told in bytes per second of each interval. */
const TRAFFIC: Readonly<Record<string, Find>> = {
  'memory.swap_in': key('pswpin'),
  'memory.swap_out': key('pswpout'),
}

/** Counters, told per second of the window. Old kernels have one per zone or one for all, new ones one per kind of page. */
const RATES: Readonly<Record<string, Find>> = {
  'memory.scan_direct': (vm) => sumOf(vm, 'pgscan_direct'),
  'memory.scan_kswapd': (vm) => sumOf(vm, 'pgscan_kswapd'),
  'memory.refault': (vm) => sumOf(vm, 'workingset_refault'),
  'memory.compact_stall': key('compact_stall'),
  'memory.compact_fail': key('compact_fail'),
  'memory.major_faults': key('pgmajfault'),
  // pgfault counts both kinds.
  'memory.minor_faults': (vm) => minus(vm.get('pgfault'), vm.get('pgmajfault')),
}

/** Counters, told as how often in the window. */
const COUNTS: Readonly<Record<string, Find>> = {
  'memory.oom_kills': key('oom_kill'),
  'memory.drop_caches': (vm) => sum(vm.get('drop_pagecache'), vm.get('drop_slab')),
}

/** Counters, told as bytes in the window: of KiB, and of pages. */
const AMOUNTS: Readonly<Record<string, Find>> = {
  'memory.paged_in': key('pgpgin'),
}
const AMOUNTS_OF_PAGES: Readonly<Record<string, Find>> = {
  'memory.reclaimed': reclaimed,
}

const OF_MEMINFO = [...Object.keys(GAUGES), ...Object.keys(CONSTANTS)]
const OF_VMSTAT_FIND: Readonly<Record<string, Find>> = {
  ...PAGES,
  ...TRAFFIC,
  ...RATES,
  ...COUNTS,
  ...AMOUNTS,
  ...AMOUNTS_OF_PAGES,
}
const OF_VMSTAT = Object.keys(OF_VMSTAT_FIND)

export const source: Source = {
  id: 'proc_memory',
  tier: 'read',
  asks: 'Is memory running out, who reclaims it, and does the host swap or page in from devices?',
  gives: [...OF_MEMINFO, ...OF_VMSTAT, 'memory.overcommit'],
  requests: () => [{ kind: 'read', paths: [MEMINFO, VMSTAT, OVERCOMMIT], at: 'every' }],
  parse: (looks, { context }) => {
    const read = looks.map((look) => files(look.text))
    const info = read.map((found) => keyed(found.get(MEMINFO) ?? ''))
    const vm = read.map((found) => keyed(found.get(VMSTAT) ?? ''))
    const last = info.at(-1)
    if (!last || (!last.has('MemTotal') && !vm.some((numbers) => numbers.has('pgfault')))) {
      return unavailable('not understood', `neither ${MEMINFO} nor ${VMSTAT} has the lines it is known by`)
    }
    const at = looks.map((look) => look.atMs)
    const pages = (n: number) => n * context.pageSize
    const host = defined({
      ...each(GAUGES, (find) => samples(info, find)),
      ...each(CONSTANTS, (find) => find(last)),
      ...each(PAGES, (find) => samples(vm, find)?.map(pages)),
      ...each(TRAFFIC, (find) => rates(vm.map(find), at)?.map(pages)),
      ...each(RATES, (find) => meanRate(vm.map(find), at)),
      ...each(COUNTS, (find) => increase(vm.map(find))),
      ...each(AMOUNTS, (find) => times(1024, increase(vm.map(find)))),
      ...each(AMOUNTS_OF_PAGES, (find) => times(context.pageSize, increase(vm.map(find)))),
      'memory.overcommit': number(read.at(-1)?.get(OVERCOMMIT)?.trim()),
    })
    const refused = unreadable(looks.at(-1)?.text ?? '')
    const missing = (ids: readonly string[], path: string, known: (id: string) => boolean) =>
      Object.fromEntries(
        ids.filter((id) => !(id in host)).map((id) => [id, why(id, path, refused.get(path), known(id))]),
      )
    return {
      host,
      missing: {
        ...missing(OF_MEMINFO, MEMINFO, () => false),
        ...missing(OF_VMSTAT, VMSTAT, (id) => OF_VMSTAT_FIND[id]?.(vm.at(-1) ?? new Map()) !== undefined),
        ...missing(['memory.overcommit'], OVERCOMMIT, () => false),
      },
    }
  },
}

function each<T>(finds: Readonly<Record<string, Find>>, to: (find: Find) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(finds).map(([id, find]) => [id, to(find)]))
}

function key(name: string): Find {
  return (numbers) => numbers.get(name)
}

/** An amount in every read, or nothing: half a series is no series. */
function samples(reads: readonly Numbers[], find: Find): number[] | undefined {
  const values = reads.map(find)
  const known = values.filter((value) => value !== undefined)
  return known.length === values.length && known.every((value) => value >= 0) ? known : undefined
}

/** `pgscan_direct` and all `pgscan_direct_ZONE`. `pgscan_direct_throttle` counts waits, not pages. */
function sumOf(numbers: Numbers, prefix: string): number | undefined {
  const keys = [...numbers.keys()].filter(
    (name) => name === prefix || (name.startsWith(`${prefix}_`) && name !== `${prefix}_throttle`),
  )
  return keys.length === 0 ? undefined : sum(...keys.map((name) => numbers.get(name)))
}

/** Since 5.8 told by kind of page, and then for groups as well; before by who reclaimed, in old kernels for each zone. */
function reclaimed(numbers: Numbers): number | undefined {
  const anonymous = numbers.get('pgsteal_anon')
  const ofFiles = numbers.get('pgsteal_file')
  return anonymous !== undefined && ofFiles !== undefined
    ? anonymous + ofFiles
    : sum(sumOf(numbers, 'pgsteal_kswapd'), sumOf(numbers, 'pgsteal_direct'))
}

function times(unit: number, amount: number | undefined): number | undefined {
  return amount === undefined ? undefined : amount * unit
}

function minus(all: number | undefined, part: number | undefined): number | undefined {
  return all === undefined || part === undefined || part > all ? undefined : all - part
}

/** Huge pages set aside for nobody: free ones that no mapping was promised. */
function hugeIdle(info: Numbers): number | undefined {
  const idle = minus(info.get('HugePages_Free'), info.get('HugePages_Rsvd'))
  const size = info.get('Hugepagesize')
  return idle === undefined || size === undefined ? undefined : idle * size
}

function why(id: string, path: string, code: string | undefined, known: boolean): Unavailable {
  if (code === 'EACCES' || code === 'EPERM') return unavailable('not permitted', `${path} may not be read (${code})`)
  if (code !== undefined) return unavailable('not supported', `${path} cannot be read (${code})`)
  if (known) return unavailable('not measured', `the counter of ${id} in ${path} was read once only, or was reset`)
  return unavailable('not supported', `${path} of this kernel does not tell ${id}`)
}
