// One control group's files → its metrics. v1 and v2 say the same things in different files and units.
//   cpu.max           20000 100000     cpu.cfs_quota_us    20000
//   memory.events     max 12           memory.failcnt      12
//   memory.pressure   some avg10=0.00 … total=1234
import type { Instance } from '../../model/metric.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { keyed } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'
import { pressureTotal } from '../proc_pressure/index.ts'
import type { Group } from './groups.ts'
import { unitOf } from './names.ts'

/** Reads of one group: by file, and by key where a file has several. */
interface Reads {
  readonly texts: (file: string) => readonly string[]
  readonly atMs: (file: string) => readonly number[]
  readonly last: (file: string) => string | undefined
  /** Key of a `key value` file at each moment; no key: the file is one number. */
  readonly counter: (file: string, key?: string) => readonly (number | undefined)[]
  readonly level: (file: string, key?: string) => number | undefined
}

export function valuesOf(group: Group): Instance {
  const reads = readsOf(group)
  const unit = unitOf(group.path)
  return {
    domain: 'cgroup',
    name: group.path,
    labels: { cgroup: group.path, ...(unit === undefined ? {} : { unit }) },
    values: defined({ ...cpuValues(reads), ...memoryValues(reads), ...taskValues(reads) }),
  }
}

function readsOf(group: Group): Reads {
  const texts = (file: string) => (group.files.get(file) ?? []).map((read) => read.text)
  const value = (text: string, key: string | undefined) => {
    const found = key === undefined ? number(text.trim()) : keyed(text).get(key)
    // -1 is how v1 writes that there is no limit.
    return found !== undefined && found >= 0 ? found : undefined
  }
  const counter = (file: string, key?: string) => texts(file).map((text) => value(text, key))
  return {
    texts,
    atMs: (file) => (group.files.get(file) ?? []).map((read) => read.atMs),
    last: (file) => texts(file).at(-1)?.trim(),
    counter,
    level: (file, key) => counter(file, key).at(-1),
  }
}

type Values = Record<string, number | undefined>

function cpuValues(reads: Reads): Values {
  const at = reads.atMs('cpu.stat')
  const microseconds = meanRate(reads.counter('cpu.stat', 'usage_usec'), at)
  const nanoseconds = meanRate(reads.counter('cpuacct.usage'), reads.atMs('cpuacct.usage'))
  const quota = quotaOf(reads)
  const periods = increase(reads.counter('cpu.stat', 'nr_periods'))
  const throttled = increase(reads.counter('cpu.stat', 'nr_throttled'))
  const limited = quota !== undefined || (periods ?? 0) > 0
  return {
    'cgroup.cpu': scaled(microseconds, 1e-4) ?? scaled(nanoseconds, 1e-7),
    'cgroup.cpu_quota': quota,
    'cgroup.periods': limited ? periods : undefined,
    'cgroup.throttled_periods': limited ? share(throttled, periods) : undefined,
    'cgroup.throttled_time': limited
      ? (scaled(meanRate(reads.counter('cpu.stat', 'throttled_usec'), at), 1e-6) ??
        scaled(meanRate(reads.counter('cpu.stat', 'throttled_time'), at), 1e-9))
      : undefined,
  }
}

/** In no period the group ran, none was cut short: 0 of 0 is 0. */
function share(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined) return undefined
  return whole === 0 ? 0 : Math.min(100, (100 * part) / whole)
}

function quotaOf(reads: Reads): number | undefined {
  const [limit, period] = (reads.last('cpu.max') ?? '').split(' ').map((cell) => number(cell))
  const quota = limit ?? reads.level('cpu.cfs_quota_us')
  const length = period ?? reads.level('cpu.cfs_period_us')
  return quota !== undefined && quota > 0 && length !== undefined && length > 0 ? (100 * quota) / length : undefined
}

function memoryValues(reads: Reads): Values {
  const used = reads.level('memory.current') ?? reads.level('memory.usage_in_bytes')
  const inactive = reads.level('memory.stat', 'total_inactive_file') ?? reads.level('memory.stat', 'inactive_file')
  const limit = memoryLimit(reads)
  const at = reads.atMs('memory.stat')
  const stall = meanRate(
    reads.texts('memory.pressure').map((text) => pressureTotal(text, 'some')),
    reads.atMs('memory.pressure'),
  )
  return {
    'cgroup.memory': used,
    'cgroup.memory_working': used === undefined || inactive === undefined ? undefined : Math.max(0, used - inactive),
    'cgroup.memory_growth': limit === undefined ? undefined : growth(reads, at),
    'cgroup.memory_limit': limit,
    'cgroup.memory_limit_hits': limitHits(reads, limit !== undefined),
    'cgroup.oom_kills': oomKills(reads, limit !== undefined),
    'cgroup.major_faults':
      meanRate(reads.counter('memory.stat', 'total_pgmajfault'), at) ??
      meanRate(reads.counter('memory.stat', 'pgmajfault'), at),
    'cgroup.refault': refaults(reads, at),
    'cgroup.memory_pressure': stall === undefined ? undefined : Math.min(100, stall / 1e4),
  }
}

/** Of memory that cannot be dropped: of file cache a group takes what it can get. Negative when it shrinks, and that is 0. */
function growth(reads: Reads, at: readonly number[]): number | undefined {
  const [first, last] = ['total_rss', 'anon', 'rss']
    .map((key) => reads.counter('memory.stat', key))
    .filter((values) => values.some((value) => value !== undefined))
    .flatMap((values) => [values[0], values.at(-1)])
  const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1000
  return first === undefined || last === undefined || seconds <= 0 ? undefined : Math.max(0, last - first) / seconds
}

/** memory.high limits as well: above it the group is made to reclaim. v1 writes "none" as the largest number of pages. */
function memoryLimit(reads: Reads): number | undefined {
  const limits = ['memory.max', 'memory.high', 'memory.limit_in_bytes'].map((file) => reads.level(file) ?? Infinity)
  const least = Math.min(...limits)
  return least < 2 ** 62 ? least : undefined
}

/** memory.events counts what happened below as well: without the .local file only a group with a limit can be meant. */
function limitHits(reads: Reads, limited: boolean): number | undefined {
  const file = reads.texts('memory.events.local').length > 0 ? 'memory.events.local' : 'memory.events'
  if (reads.texts(file).length > 0) {
    const high = increase(reads.counter(file, 'high'))
    const max = increase(reads.counter(file, 'max'))
    if (high === undefined || max === undefined) return undefined
    return file === 'memory.events.local' || limited ? high + max : 0
  }
  return increase(reads.counter('memory.failcnt'))
}

/** oom_kill also counts members the host's own OOM killer took: it is the group's only if the group itself was out of memory. */
function oomKills(reads: Reads, limited: boolean): number | undefined {
  const kills = increase(reads.counter('memory.events', 'oom_kill'))
  const own = increase(reads.counter('memory.events.local', 'oom'))
  if (kills !== undefined) return (own ?? (limited ? 1 : 0)) > 0 ? kills : 0
  const v1 = increase(reads.counter('memory.oom_control', 'oom_kill'))
  return v1 !== undefined && v1 > 0 && !limited && increase(reads.counter('memory.failcnt')) === 0 ? 0 : v1
}

function refaults(reads: Reads, at: readonly number[]): number | undefined {
  for (const prefix of ['total_workingset_refault', 'workingset_refault']) {
    const anon = meanRate(reads.counter('memory.stat', `${prefix}_anon`), at)
    const file = meanRate(reads.counter('memory.stat', `${prefix}_file`), at)
    if (anon !== undefined && file !== undefined) return anon + file
    const both = meanRate(reads.counter('memory.stat', prefix), at)
    if (both !== undefined) return both
  }
  return undefined
}

function taskValues(reads: Reads): Values {
  const tasks = reads.level('pids.current')
  const events = reads.last('cgroup.events')
  const populated = events === undefined ? undefined : keyed(events).get('populated') === 1
  const occupied = (tasks ?? 0) > 0 || populated === true || (reads.last('cgroup.procs') ?? '') !== ''
  const state = reads.last('freezer.state')
  const frozen = state === undefined ? keyed(events ?? '').get('frozen') : Number(state === 'FROZEN')
  return {
    'cgroup.pids': tasks,
    'cgroup.pids_limit': reads.level('pids.max'),
    'cgroup.pids_rejected': increase(reads.counter('pids.events', 'max')),
    'cgroup.frozen': frozen === undefined ? undefined : Number(frozen === 1 && occupied),
  }
}

function scaled(value: number | undefined, scale: number): number | undefined {
  return value === undefined ? undefined : value * scale
}
