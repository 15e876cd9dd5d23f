// Scans in time order → what each process did in each interval. A process new in a scan did all it ever did in the interval before.
import { endedTicks } from './ended.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'

export interface ScanLook {
  readonly atMs: number
  readonly text: string
}

/** Growth of the counters of one process, one number per interval; 0 where it did not exist. */
export interface Growth {
  /** Ticks. */
  readonly user: number[]
  readonly system: number[]
  readonly guest: number[]
  readonly minorFaults: number[]
  readonly majorFaults: number[]
  /** Nanoseconds; undefined where schedstat is not there. */
  readonly waited: (number | undefined)[]
  /** Bytes; undefined where /proc/PID/io may not be read. */
  readonly read: (number | undefined)[]
  readonly written: (number | undefined)[]
}

export interface Track {
  readonly pid: number
  last: ProcessRecord
  /** One record per look that saw it. */
  readonly records: ProcessRecord[]
  /** Number of the last of these looks. */
  seen: number
  /** Intervals of which something is known. */
  known: number
  /** Absent while nothing grew: most processes of a large host sleep, and arrays for all of them are what costs. */
  growth?: Growth
}

export interface Tracks {
  readonly tracks: readonly Track[]
  readonly looks: readonly (readonly ProcessRecord[])[]
  readonly files: readonly string[]
  readonly seconds: readonly number[]
  /** Ticks that all processes seen used in each interval, those that ended since included. */
  readonly explained: readonly number[]
}

/** `files`: names of the files in the records, in order. */
export function track(scans: readonly ScanLook[], files: readonly string[]): Tracks {
  const looks = scans.map((look) => scan(look.text, files.length))
  const seconds = scans.slice(1).map((look, i) => (look.atMs - (scans[i]?.atMs ?? 0)) / 1000)
  const explained = seconds.map(() => 0)
  const tracks = new Map<number, Track>()
  let newest = Infinity
  for (const [at, records] of looks.entries()) {
    let latest = 0
    for (const record of records) {
      if (record.start > latest) latest = record.start
      let now = tracks.get(record.pid)
      const before = now?.last.start === record.start ? now.last : undefined
      // Older than a process seen before, yet not seen then: it was hidden, so its past is not of this interval.
      const comparable = now && before ? now.seen === at - 1 : at > 0 && record.start >= newest
      if (!now || !before) {
        now = { pid: record.pid, last: record, records: [], seen: -1, known: 0 }
        tracks.set(record.pid, now)
      }
      if (comparable) {
        now.known++
        explained[at - 1] = (explained[at - 1] ?? 0) + grow(now, at - 1, before, record, seconds.length, files)
      }
      now.last = record
      now.seen = at
      now.records.push(record)
    }
    if (at > 0) explained[at - 1] = (explained[at - 1] ?? 0) + endedTicks(tracks, at)
    newest = records.length > 0 ? latest : Infinity
  }
  return { tracks: [...tracks.values()], looks, files, seconds, explained }
}

/** What a process did; zeros for one that did nothing, unknown where its files cannot be read. */
export function growthOf(track: Track, { seconds, files }: Tracks): Growth {
  return track.growth ?? nothing(track.last, seconds.length, files)
}

function nothing(record: ProcessRecord, intervals: number, files: readonly string[]): Growth {
  const zeros = () => Array.from<number>({ length: intervals }).fill(0)
  const { waited, read, written } = fileCounters(record, files)
  const ifKnown = (value: number | undefined) => Array.from<number | undefined>({ length: intervals }).fill(value && 0)
  return {
    user: zeros(),
    system: zeros(),
    guest: zeros(),
    minorFaults: zeros(),
    majorFaults: zeros(),
    waited: ifKnown(waited),
    read: ifKnown(read),
    written: ifKnown(written),
  }
}

/** Enters one interval; returns its ticks. A counter that went down is not believed. */
function grow(
  track: Track,
  at: number,
  before: ProcessRecord | undefined,
  after: ProcessRecord,
  intervals: number,
  files: readonly string[],
): number {
  if (before && asleep(before, after)) return 0
  const growth = (track.growth ??= nothing(after, intervals, files))
  growth.user[at] = more(after.user, before?.user)
  growth.system[at] = more(after.system, before?.system)
  growth.guest[at] = more(after.guest, before?.guest)
  growth.minorFaults[at] = more(after.minorFaults, before?.minorFaults)
  growth.majorFaults[at] = more(after.majorFaults, before?.majorFaults)
  const now = fileCounters(after, files)
  const then = before ? fileCounters(before, files) : ZERO
  const both = (key: keyof FileCounters) =>
    now[key] === undefined || then[key] === undefined ? undefined : more(now[key], then[key])
  growth.waited[at] = both('waited')
  growth.read[at] = both('read')
  growth.written[at] = both('written')
  return growth.user[at] + growth.system[at]
}

function asleep(before: ProcessRecord, after: ProcessRecord): boolean {
  return (
    before.user === after.user &&
    before.system === after.system &&
    before.minorFaults === after.minorFaults &&
    before.majorFaults === after.majorFaults &&
    before.files.every((text, i) => text === after.files[i])
  )
}

function more(now: number, then = 0): number {
  return Math.max(0, now - then)
}

interface FileCounters {
  readonly waited: number | undefined
  readonly read: number | undefined
  readonly written: number | undefined
}

const ZERO: FileCounters = { waited: 0, read: 0, written: 0 }

function fileCounters(record: ProcessRecord, files: readonly string[]): FileCounters {
  const io = record.files[files.indexOf('io')]
  return {
    waited: waited(record.files[files.indexOf('schedstat')]),
    read: labelled(io, 'read_bytes: '),
    written: labelled(io, 'write_bytes: '),
  }
}

/** `20124 881 35`: ns on a CPU, ns in the run queue, times it ran. */
function waited(schedstat: string | undefined): number | undefined {
  const from = schedstat?.indexOf(' ') ?? -1
  const to = schedstat?.indexOf(' ', from + 1) ?? -1
  return from > 0 && to > from ? whole(schedstat?.slice(from + 1, to)) : undefined
}

/** A line of /proc/PID/io; `cancelled_write_bytes` ends like `write_bytes`, so the line's start belongs to the name. */
function labelled(io: string | undefined, name: string): number | undefined {
  const from = io?.indexOf(`\n${name}`) ?? -1
  if (io === undefined || from < 0) return undefined
  const to = io.indexOf('\n', from + 1)
  return whole(io.slice(from + 1 + name.length, to < 0 ? undefined : to))
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
