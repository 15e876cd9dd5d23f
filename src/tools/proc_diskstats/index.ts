// /proc/diskstats read at every interval (the twin of iostat) → latency, throughput, queue and utilization of each disk.
//    254       0 vda 72097 26798 3029042 11016 5722 21609 1052856 3870 0 7512 15129 3352 21 79056 227 287 15
//    259       1 nvme0n1p1 …   major minor name: reads merged sectors ms, writes merged sectors ms, in flight, busy ms, queue ms,
//    11 numbers since Linux 2.6, 15 with discards (4.18), 17 with flushes (5.5)
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { DISK_METRICS, diskReading, isPartition, type DiskInterval } from '../../parse/disk.ts'
import { files } from '../../parse/files.ts'
import { words } from '../../parse/table.ts'

// Sectors of this file are 512 bytes whatever the device's are.
const SECTOR = 512
const FIELDS = [
  'reads',
  'readsMerged',
  'readSectors',
  'readMs',
  'writes',
  'writesMerged',
  'writeSectors',
  'writeMs',
  'inFlight',
  'busyMs',
  'queueMs',
  'discards',
  'discardsMerged',
  'discardSectors',
  'discardMs',
  'flushes',
  'flushMs',
] as const

type Name = (typeof FIELDS)[number]
type Counters = Readonly<Partial<Record<Name, number>>>

export const source: Source = {
  id: 'proc_diskstats',
  tier: 'read',
  asks: 'Do block devices answer slowly, and how much do they carry?',
  gives: DISK_METRICS,
  requests: () => [{ kind: 'read', paths: ['/proc/diskstats'], at: 'every' }],
  parse: (looks) => {
    const reads = looks.map((look) => ({
      atMs: look.atMs,
      devices: devices(files(look.text).get('/proc/diskstats') ?? ''),
    }))
    if (reads.length < 2) return unavailable('not measured', '/proc/diskstats was not read twice')
    if (!reads.some((read) => read.devices.size > 0))
      return unavailable('not understood', '/proc/diskstats has no line of a device')
    const names = new Set(reads.flatMap((read) => [...read.devices.keys()]))
    const found = new Map<string, DiskInterval[]>()
    for (const name of names) {
      if (isPartition(name, names) || !reads.some((read) => everUsed(read.devices.get(name)))) continue
      found.set(
        name,
        reads.slice(1).flatMap((read, i) => {
          const previous = reads[i]
          return previous ? interval(previous.devices.get(name), read.devices.get(name), read.atMs - previous.atMs) : []
        }),
      )
    }
    return diskReading(found)
  },
}

function devices(text: string): Map<string, Counters> {
  const found = new Map<string, Counters>()
  for (const line of text.split('\n')) {
    const cells = words(line)
    const numbers = cells.slice(3)
    if (
      numbers.length < 11 ||
      !/^\d+ \d+$/.test(cells.slice(0, 2).join(' ')) ||
      !numbers.every((cell) => /^\d+$/.test(cell))
    )
      continue
    found.set(
      cells[2] ?? '',
      Object.fromEntries(FIELDS.slice(0, numbers.length).map((field, i) => [field, Number(numbers[i])])),
    )
  }
  return found
}

/** iostat leaves out devices nobody ever used; so does its twin. */
function everUsed(counters: Counters | undefined): boolean {
  return (counters?.reads ?? 0) + (counters?.writes ?? 0) + (counters?.discards ?? 0) + (counters?.flushes ?? 0) > 0
}

/** Two reads of one device → its interval; none when the device came, went or was reset in between. */
function interval(before: Counters | undefined, after: Counters | undefined, elapsedMs: number): DiskInterval[] {
  if (!before || !after || elapsedMs <= 0) return []
  const grown = (name: Name) => growth(name, before[name], after[name])
  if (
    (['reads', 'writes', 'readSectors', 'writeSectors', 'discards', 'flushes'] as const).some(
      (name) => (grown(name) ?? 0) < 0,
    )
  )
    return []
  const seconds = elapsedMs / 1000
  const perSecond = (name: Name, scale = 1) => map(grown(name), (value) => (value * scale) / seconds)
  const mean = (name: Name, of: Name, scale: number) =>
    map(grown(name), (value) => map(grown(of), (count) => (count > 0 ? (value * scale) / count : undefined)))
  return [
    {
      reads: perSecond('reads'),
      writes: perSecond('writes'),
      discards: perSecond('discards'),
      flushes: perSecond('flushes'),
      readBytes: perSecond('readSectors', SECTOR),
      writeBytes: perSecond('writeSectors', SECTOR),
      readAwait: mean('readMs', 'reads', 0.001),
      writeAwait: mean('writeMs', 'writes', 0.001),
      discardAwait: mean('discardMs', 'discards', 0.001),
      flushAwait: mean('flushMs', 'flushes', 0.001),
      readSize: mean('readSectors', 'reads', SECTOR),
      writeSize: mean('writeSectors', 'writes', SECTOR),
      queue: map(grown('queueMs'), (value) => value / elapsedMs),
      utilization: map(grown('busyMs'), (value) => Math.min(100, (100 * value) / elapsedMs)),
    },
  ]
}

/** The kernel prints milliseconds as 32 bits: they wrap after 49 days of waiting, which many I/Os in flight reach soon. */
function growth(name: Name, before: number | undefined, after: number | undefined): number | undefined {
  if (before === undefined || after === undefined) return undefined
  const wrapped = name.endsWith('Ms') && after < before && before < 2 ** 32
  return after - before + (wrapped ? 2 ** 32 : 0)
}

function map(value: number | undefined, to: (value: number) => number | undefined): number | undefined {
  return value === undefined ? undefined : to(value)
}
