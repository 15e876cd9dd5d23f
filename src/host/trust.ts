// A path → what of it somebody else could change: the file, each link on the way to it, and every directory above them. Root trusts neither.
import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

/** `owners`: the users who may. The first path that is not theirs alone; undefined when all are. */
export function changeableByOthers(path: string, owners: ReadonlySet<number>): string | undefined {
  return look(path, true, owners, new Set())
}

function look(path: string, file: boolean, owners: ReadonlySet<number>, seen: Set<string>): string | undefined {
  if (seen.has(path)) return undefined
  seen.add(path)
  try {
    const above = path === '/' ? undefined : look(dirname(path), false, owners, seen)
    if (above !== undefined) return above
    const entry = lstatSync(path)
    // The mode of a link means nothing; its owner can lead it elsewhere.
    if (!entry.isSymbolicLink()) return isChangeable(entry, file, owners) ? path : undefined
    if (!owners.has(entry.uid)) return path
    return look(resolve(realpathSync(dirname(path)), readlinkSync(path)), file, owners, seen)
  } catch {
    return path
  }
}

/** A sticky directory (/tmp) lets others add files but not replace ours: good enough above, not for the file itself. */
function isChangeable(entry: Stats, file: boolean, owners: ReadonlySet<number>): boolean {
  const sticky = !file && (entry.mode & STICKY) !== 0
  return !owners.has(entry.uid) || ((entry.mode & WRITABLE_BY_OTHERS) !== 0 && !sticky)
}
