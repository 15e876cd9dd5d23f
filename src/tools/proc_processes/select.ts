// Tracks of all processes → the ones worth naming: those that did something, wait, are stopped or dead, or hold much memory.
import type { Track } from './track.ts'

/** The largest by memory are kept though idle: they explain where the memory is. */
const LARGEST = 20
const LIMIT = 300

type Key = (track: Track) => number

/** When more than the limit qualify, the first of each of these orders stay. */
const KEYS: readonly Key[] = [
  ({ growth }) => total(growth?.user) + total(growth?.system),
  ({ growth }) => total(growth?.waited),
  ({ growth }) => total(growth?.read) + total(growth?.written),
  ({ growth }) => total(growth?.majorFaults),
  ({ records }) => records.filter(({ state }) => state === 'D').length,
  ({ last }) => last.residentPages,
]

/** `parents`: processes that have dead children, or children that follow each other. A process seen only once, and not new, did who knows what: it is left out. */
export function select(all: readonly Track[], parents: ReadonlySet<number>): readonly Track[] {
  const tracks = all.filter((track) => track.known > 0)
  const kept = new Set(first(tracks, (track) => track.last.residentPages, LARGEST))
  for (const track of tracks) if (parents.has(track.pid) || noteworthy(track)) kept.add(track)
  if (kept.size <= LIMIT) return tracks.filter((track) => kept.has(track))
  const share = Math.floor(LIMIT / KEYS.length)
  const best = new Set(KEYS.flatMap((key) => first([...kept], key, share)))
  return tracks.filter((track) => best.has(track))
}

function first(tracks: readonly Track[], key: Key, count: number): readonly Track[] {
  const ranked = tracks.map((track) => [key(track), track] as const).filter(([value]) => value > 0)
  return ranked
    .sort(([a], [b]) => b - a)
    .slice(0, count)
    .map(([, track]) => track)
}

function noteworthy(track: Track): boolean {
  return track.records.some(({ state }) => 'RDTtZ'.includes(state)) || acted(track)
}

/** Waiting alone counts: a process that never got a CPU did nothing. Sleepers that only woke up for less than a tick do not. */
function acted({ growth }: Track): boolean {
  if (!growth) return false
  const { user, system, minorFaults, majorFaults, read, written, waited } = growth
  return (
    [user, system, minorFaults, majorFaults, read, written].some((values) => total(values) > 0) || total(waited) > 1e6
  )
}

function total(values: readonly (number | undefined)[] = []): number {
  let sum = 0
  for (const value of values) sum += value ?? 0
  return sum
}
