// Name of a program → its absolute path in a fixed list of directories, or why this host cannot or must not run it.
import { accessSync, constants, realpathSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

/**
 * A lookup with a memory. A program that is refused in one directory may be found in a later one; only when there is none
 * does the refusal become the answer. `privileged`: root trusts only what nobody else can write.
 */
export function programs(directories: readonly string[], privileged: boolean): (tool: string) => string | Unavailable {
  const known = new Map<string, string | Unavailable>()
  return (tool) => {
    const before = known.get(tool)
    if (before !== undefined) return before
    const found = lookUp(tool, directories, privileged)
    known.set(tool, found)
    return found
  }
}

function lookUp(tool: string, directories: readonly string[], privileged: boolean): string | Unavailable {
  const name = basename(tool)
  const inside = tool === name ? directories : directories.filter((directory) => directory === dirname(tool))
  if (name === '' || name === '.' || name === '..' || name.includes('\0'))
    return unavailable('not installed', `no program has the name "${tool}"`)
  let refused: Unavailable | undefined
  for (const directory of inside) {
    const judged = judge(join(directory, name), privileged)
    if (typeof judged === 'string') return judged
    refused ??= judged
  }
  return refused ?? unavailable('not installed', `${name} is in none of ${directories.join(', ')}`)
}

/** Undefined: nothing there. */
function judge(path: string, privileged: boolean): string | Unavailable | undefined {
  const file = stat(path)
  if (!file?.isFile()) return undefined
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return unavailable(
      'not permitted',
      `${path} is there but this user may not execute it`,
      `chmod +x ${path}, or run as root`,
    )
  }
  const trusted = privileged ? trust(path) : undefined
  return isUnavailable(trusted) ? trusted : path
}

/** The program, what its links lead to, and every directory above both. */
function trust(path: string): Unavailable | undefined {
  for (const start of new Set([path, realpathSync(path)])) {
    for (let at = start; ; at = dirname(at)) {
      const entry = stat(at)
      if (!entry || writableByOthers(entry, at === start)) {
        return unavailable(
          'not permitted',
          `${path} is not run as root: others may write ${at}`,
          `chown root ${at} && chmod go-w ${at}`,
        )
      }
      if (at === '/') break
    }
  }
  return undefined
}

/** A sticky directory (/tmp) lets others add files but not replace ours: good enough above, not for the program itself. */
function writableByOthers(entry: Stats, program: boolean): boolean {
  const sticky = !program && (entry.mode & STICKY) !== 0
  return entry.uid !== 0 || ((entry.mode & WRITABLE_BY_OTHERS) !== 0 && !sticky)
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
