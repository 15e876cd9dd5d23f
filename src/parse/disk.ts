// Intervals of block devices → disk instances; which devices are disks worth judging. Shared by iostat, /proc/diskstats and /sys/block.
import type { Instance } from '../model/metric.ts'
import type { Reading } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { complete, defined } from './table.ts'

/** One interval of one device: per second, in bytes and seconds; undefined where the source does not say. */
export interface DiskInterval {
  readonly reads: number | undefined
  readonly writes: number | undefined
  readonly discards: number | undefined
  readonly flushes: number | undefined
  readonly readBytes: number | undefined
  readonly writeBytes: number | undefined
  readonly readAwait: number | undefined
  readonly writeAwait: number | undefined
  readonly discardAwait: number | undefined
  readonly flushAwait: number | undefined
  readonly readSize: number | undefined
  readonly writeSize: number | undefined
  readonly queue: number | undefined
  readonly utilization: number | undefined
}

type Field = keyof DiskInterval

const RATES: readonly (readonly [string, Field])[] = [
  ['disk.reads', 'reads'],
  ['disk.writes', 'writes'],
  ['disk.discards', 'discards'],
  ['disk.flushes', 'flushes'],
  ['disk.read_bytes', 'readBytes'],
  ['disk.write_bytes', 'writeBytes'],
  ['disk.queue', 'queue'],
  ['disk.utilization', 'utilization'],
]

/** Means over the I/Os of an interval. Without an I/O there is no mean: 0 ms would say the device is fast. */
const MEANS: readonly (readonly [string, Field, Field])[] = [
  ['disk.read_await', 'readAwait', 'reads'],
  ['disk.write_await', 'writeAwait', 'writes'],
  ['disk.discard_await', 'discardAwait', 'discards'],
  ['disk.flush_await', 'flushAwait', 'flushes'],
  ['disk.read_size', 'readSize', 'reads'],
  ['disk.write_size', 'writeSize', 'writes'],
]

const STALLED = 'disk.stalled'
/** Share of the interval with an I/O in flight, in percent: the clock ticks of the kernel and the edges leave a little. */
const IN_FLIGHT = 90

export const DISK_METRICS: readonly string[] = [...[...RATES, ...MEANS].map(([id]) => id), STALLED]

/** Device → its intervals in time order → disk instances, and why a metric is known of none of them. */
export function diskReading(devices: ReadonlyMap<string, readonly DiskInterval[]>): Reading {
  const disks = [...devices].filter(([name, intervals]) => judged(name, intervals.some(active)))
  const instances = disks.map(([name, intervals]) => instance(name, intervals))
  const missing: Record<string, Unavailable> = {}
  for (const id of DISK_METRICS)
    if (!instances.some((disk) => id in disk.values))
      missing[id] = absent(
        id,
        disks.flatMap(([, intervals]) => intervals),
      )
  return Object.keys(missing).length > 0 ? { instances, missing } : { instances }
}

/** RAM disks and zram are memory: their I/O shows as swap traffic. Loop, optical and floppy devices count only when used. */
export function judged(name: string, used: boolean): boolean {
  if (/^z?ram\d+$/.test(name)) return false
  return used || !/^(loop|sr|fd)\d+$/.test(name)
}

/** `sda1` beside `sda`, `nvme0n1p1` beside `nvme0n1`: its I/O is counted in the whole device. */
export function isPartition(name: string, names: ReadonlySet<string>): boolean {
  const base = name.replace(/p?\d+$/, '')
  return base !== name && names.has(base)
}

function instance(name: string, intervals: readonly DiskInterval[]): Instance {
  const values: Record<string, number[] | undefined> = {}
  for (const [id, field] of RATES) values[id] = complete(intervals.map((interval) => interval[field]))
  for (const [id, field, rate] of MEANS)
    values[id] = complete(intervals.filter((interval) => (interval[rate] ?? 0) > 0).map((interval) => interval[field]))
  return { domain: 'disk', name, values: defined({ ...values, [STALLED]: stalled(intervals) }) }
}

/** Intervals in which something was asked all the time and nothing was answered; unknown where an interval does not tell. */
function stalled(intervals: readonly DiskInterval[]): number | undefined {
  const told = intervals.filter((one) => [one.reads, one.writes, one.utilization].every((value) => value !== undefined))
  if (told.length === 0 || told.length < intervals.length) return undefined
  return told.filter((one) => !active(one) && (one.utilization ?? 0) >= IN_FLIGHT).length
}

function active(interval: DiskInterval): boolean {
  const { reads = 0, writes = 0, discards = 0, flushes = 0 } = interval
  return reads > 0 || writes > 0 || discards > 0 || flushes > 0
}

function absent(id: string, intervals: readonly DiskInterval[]): Unavailable {
  if (intervals.length === 0)
    return unavailable('nothing to measure', 'this host has no block device that ever did I/O')
  const mean = MEANS.find(([name]) => name === id)
  const counts = mean ? intervals.map((interval) => interval[mean[2]]) : []
  // Where there was I/O, it is the mean that is not reported.
  return mean && counts.some((count) => count !== undefined) && counts.every((count) => (count ?? 0) === 0)
    ? unavailable('nothing to measure', `no disk had ${mean[2]} in the window`)
    : unavailable('not supported', `${id} is not reported by this version of the kernel or the tool`)
}
