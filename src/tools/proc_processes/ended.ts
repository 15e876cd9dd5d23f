// Tracks at a look → the ticks that long-lived processes used between the look before and their end. Without it the end of a two-second
// compiler would pass for many short-lived processes.
import type { Track } from './track.ts'

interface Family {
  /** Ticks its ended members, and what they had reaped, had at the look before. */
  had: number
  /** Ticks they can have used since, at the pace of the interval before. */
  pace: number
}

/**
 * The time of an ended process goes to its parent's cutime and cstime, mixed with that of children nobody saw. So of that growth at
 * most what the process used in the interval before is taken, and nothing for a process that was seen only once.
 */
export function endedTicks(tracks: ReadonlyMap<number, Track>, at: number): number {
  const families = new Map<Track, Family>()
  for (const track of tracks.values()) {
    if (track.seen !== at - 1) continue
    const survivor = survivingAncestor(track, tracks, at)
    if (!survivor) continue
    const family = families.get(survivor) ?? { had: 0, pace: 0 }
    families.set(survivor, family)
    family.had += track.last.user + track.last.system + track.last.children
    if (track.records.length > 1) family.pace += (track.growth?.user[at - 2] ?? 0) + (track.growth?.system[at - 2] ?? 0)
  }
  let ticks = 0
  for (const [survivor, { had, pace }] of families) {
    const reaped = survivor.last.children - (survivor.records.at(-2)?.children ?? survivor.last.children)
    ticks += Math.max(0, Math.min(reaped - had, pace))
  }
  return ticks
}

/** Whole families end together (make, sh, cc1): their time goes to the first who is still there. */
function survivingAncestor(track: Track, tracks: ReadonlyMap<number, Track>, at: number): Track | undefined {
  let ancestor = tracks.get(track.last.parent)
  for (let depth = 0; ancestor && ancestor.seen === at - 1 && depth < 64; depth++)
    ancestor = tracks.get(ancestor.last.parent)
  return ancestor?.seen === at ? ancestor : undefined
}
