// Processes at each look → parents whose children of one name end and are started again, one after the other: a supervisor and what does not stay up.
import type { ProcessRecord } from '../../parse/scan.ts'

export interface Replaced {
  readonly comm: string
  /** Different children of that name, in all looks. */
  readonly count: number
}

/** More of one name at once are workers of a pool, which come and go by themselves. */
const MOST_AT_ONCE = 2
/** Two may be an accident, or a look while one took over from the other. */
const LEAST = 3

export function replacedChildren(looks: readonly (readonly ProcessRecord[])[]): ReadonlyMap<number, Replaced> {
  const families = new Map<
    string,
    { readonly parent: number; readonly comm: string; starts: Set<string>; atOnce: number }
  >()
  for (const records of looks) {
    const here = new Map<string, number>()
    for (const { parent, comm, pid, start } of records) {
      const key = `${parent} ${comm}`
      const family = families.get(key) ?? { parent, comm, starts: new Set<string>(), atOnce: 0 }
      families.set(key, family)
      family.starts.add(`${pid} ${start}`)
      const now = (here.get(key) ?? 0) + 1
      here.set(key, now)
      family.atOnce = Math.max(family.atOnce, now)
    }
  }
  const found = new Map<number, Replaced>()
  for (const { parent, comm, starts, atOnce } of families.values()) {
    if (starts.size < LEAST || atOnce > MOST_AT_ONCE) continue
    if (starts.size > (found.get(parent)?.count ?? 0)) found.set(parent, { comm, count: starts.size })
  }
  return found
}
