// Processes at each look → parents whose children of one name end and are started again, one after the other: a supervisor and what does not stay up.
import type { ProcessRecord } from '../../parse/scan.ts'

export interface Replaced {
  readonly comm: string
  /** Different children of that name that were seen; or between how many looks some child of the parent ended, when these are more. */
  readonly count: number
}

/** More of one name at once are workers of a pool, which come and go by themselves. */
const MOST_AT_ONCE = 2
/** Two may be an accident, or a look while one took over from the other. */
const LEAST = 3
/** A script that sleeps between its starts: what it starts is looked for. */
const PAUSE = 'sleep'

interface Family {
  readonly parent: number
  readonly comm: string
  /** In how many looks each of them was. */
  readonly seen: Map<string, number>
  atOnce: number
}

export function replacedChildren(looks: readonly (readonly ProcessRecord[])[]): ReadonlyMap<number, Replaced> {
  const families = new Map<string, Family>()
  const before = new Map<number, ProcessRecord>()
  /** Between how many looks a child of each process ended that it waited for, seen or not. */
  const rounds = new Map<number, number>()
  for (const records of looks) {
    const here = new Map<string, number>()
    for (const record of records) {
      const { parent, comm, pid, start, childFaults } = record
      const last = before.get(pid)
      if (last?.start === start && childFaults > last.childFaults) rounds.set(pid, (rounds.get(pid) ?? 0) + 1)
      before.set(pid, record)
      const key = `${parent} ${comm}`
      const family = families.get(key) ?? { parent, comm, seen: new Map<string, number>(), atOnce: 0 }
      families.set(key, family)
      const child = `${pid} ${start}`
      family.seen.set(child, (family.seen.get(child) ?? 0) + 1)
      const now = (here.get(key) ?? 0) + 1
      here.set(key, now)
      family.atOnce = Math.max(family.atOnce, now)
    }
  }
  const replaced = [...families.values()].flatMap(({ parent, comm, seen, atOnce }) => {
    // One that was always there does not end.
    const starts = [...seen.values()].filter((times) => times < looks.length).length
    const count = starts > 0 ? Math.max(starts, rounds.get(parent) ?? 0) : 0
    return count < LEAST || atOnce > MOST_AT_ONCE ? [] : [{ parent, comm, starts, count }]
  })
  // What was started most often, and a pause only where there is nothing else; the last of a parent stays in the map.
  const ranked = replaced.toSorted((a, b) => Number(a.comm === PAUSE) - Number(b.comm === PAUSE) || b.starts - a.starts)
  return new Map(ranked.toReversed().map(({ parent, comm, count }) => [parent, { comm, count }]))
}
