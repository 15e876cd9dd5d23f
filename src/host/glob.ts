// `/sys/block/*/stat`, `/sys/fs/cgroup/**/cpu.stat` → the paths that match, in order; at most 4,000.
import { readdirSync, type Dirent } from 'node:fs'
import { allowed } from './allowed.ts'
import { codeOf } from './error.ts'

export const MOST_FILES = 4000
const DEEPEST = 8
/** A `**` without a match must end too. */
const MOST_DIRECTORIES = 10_000

export interface Expanded {
  /** Paths of which the directory part is known to exist; the file itself is found out by opening it. */
  readonly paths: readonly string[]
  /** Directories that could not be listed, with the error code: blind is not empty. */
  readonly blind: readonly (readonly [string, string])[]
}

export function isPattern(path: string): boolean {
  return path.includes('*')
}

export function expand(pattern: string): Expanded {
  const paths: string[] = []
  const blind: [string, string][] = []
  let visited = 0
  const walk = (directory: string, rest: readonly string[], depth: number) => {
    const [segment, ...below] = rest
    if (segment === undefined || paths.length >= MOST_FILES || visited++ >= MOST_DIRECTORIES) return
    if (!segment.includes('*')) return step(directory, segment, below, depth)
    for (const entry of list(directory, blind)) {
      if (segment === '**') {
        // Links are not followed: /sys is full of circles.
        if (entry.isDirectory() && depth < DEEPEST) walk(`${directory}/${entry.name}`, rest, depth + 1)
      } else if (matches(segment, entry.name)) step(directory, entry.name, below, depth)
    }
    if (segment === '**') walk(directory, below, depth)
  }
  const step = (directory: string, name: string, below: readonly string[], depth: number) => {
    const path = `${directory}/${name}`
    // A trailing slash leaves one empty segment: the directory itself is what is wanted.
    if (below.length === 0 || (below.length === 1 && below[0] === '')) {
      const found = below.length === 0 ? path : `${path}/`
      if (allowed(found) && paths.length < MOST_FILES) paths.push(found)
    } else walk(path, below, depth)
  }
  walk('', pattern.split('/').slice(1), 0)
  return { paths: paths.sort(), blind }
}

function list(directory: string, blind: [string, string][]): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    const code = codeOf(error) ?? 'EIO'
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ESRCH') blind.push([directory, code])
    return []
  }
}

/** One segment with stars against one name. Linear: a pattern comes from a runbook. */
function matches(segment: string, name: string): boolean {
  const [head = '', ...parts] = segment.split('*')
  const tail = parts.pop() ?? ''
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false
  let at = head.length
  for (const part of parts) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - tail.length
}
