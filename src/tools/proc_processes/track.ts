// Scans in time order → what each process did in each interval. A process new in a scan did all it ever did in the interval before.
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
  /** Number of the last look that saw it. */
  seen: number
  readonly states: string[]
  readonly pages: number[]
  readonly growth: Growth
}

export interface Tracks {
  readonly tracks: readonly Track[]
  readonly looks: readonly (readonly ProcessRecord[])[]
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
      const known = tracks.get(record.pid)
      const same = known?.last.start === record.start ? known : undefined
      const now = same ?? begin(record, seconds.length)
      // Older than a process seen before, yet not seen then: it was hidden, so its past is not of this interval.
      const born = !same && at > 0 && record.start >= newest
      if (same ? same.seen === at - 1 : born) {
        explained[at - 1] = (explained[at - 1] ?? 0) + grow(now.growth, at - 1, same?.last, record, files)
      }
      now.last = record
      now.seen = at
      now.states[at] = record.state
      now.pages.push(record.residentPages)
      tracks.set(record.pid, now)
    }
    newest = records.length > 0 ? latest : Infinity
  }
  return { tracks: [...tracks.values()], looks, seconds, explained }
}

function begin(record: ProcessRecord, intervals: number): Track {
  const zeros = () => Array.from({ length: intervals }, () => 0)
  return {
    pid: record.pid,
    last: record,
    seen: -1,
    states: [],
    pages: [],
    growth: { user: zeros(), system: zeros(), minorFaults: zeros(), majorFaults: zeros(), waited: zeros(), read: zeros(), written: zeros() },
  }
}

/** Enters one interval; returns its ticks. A counter that went down is not believed. */
function grow(growth: Growth, at: number, before: ProcessRecord | undefined, after: ProcessRecord, files: readonly string[]): number {
  const more = (of: (record: ProcessRecord) => number) => Math.max(0, of(after) - (before ? of(before) : 0))
  const ofFile = (of: (record: ProcessRecord) => number | undefined) => {
    const now = of(after)
    const then = before ? of(before) : 0
    return now === undefined || then === undefined ? undefined : Math.max(0, now - then)
  }
  const user = more((record) => record.user)
  const system = more((record) => record.system)
  growth.user[at] = user
  growth.system[at] = system
  growth.minorFaults[at] = more((record) => record.minorFaults)
  growth.majorFaults[at] = more((record) => record.majorFaults)
  const schedstat = files.indexOf('schedstat')
  const io = files.indexOf('io')
  growth.waited[at] = ofFile((record) => waited(record.files[schedstat]))
  growth.read[at] = ofFile((record) => labelled(record.files[io], 'read_bytes: '))
  growth.written[at] = ofFile((record) => labelled(record.files[io], 'write_bytes: '))
  return user + system
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
