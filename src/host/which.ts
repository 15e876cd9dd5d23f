// Name of a program → its absolute path in a fixed list of directories, or why this host cannot or must not run it. A path stays what it is.
import { accessSync, constants, statSync, type Stats } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { changeableByOthers } from './trust.ts'

const ROOT: ReadonlySet<number> = new Set([0])

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
  if (tool.startsWith('/')) return atPath(tool, privileged)
  const name = basename(tool)
  const inside = tool === name ? directories : []
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

/** A team names a program of its own by its path: trusted as those in the fixed directories are. */
function atPath(path: string, privileged: boolean): string | Unavailable {
  const found = resolve(path) === path && !path.includes('\0') ? judge(path, privileged) : undefined
  return found ?? unavailable('not installed', `there is no program ${path}`)
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

function trust(path: string): Unavailable | undefined {
  const at = changeableByOthers(path, ROOT)
  return at === undefined
    ? undefined
    : unavailable(
        'not permitted',
        `${path} is not run as root: others may write ${at}`,
        `chown root ${at} && chmod go-w ${at}`,
      )
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
