// A path → a folder that is there. Not Node's own recursive mkdir: it never returns where none can be made (/proc).
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../host/error.ts'

export function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const parent = dirname(path)
    if (codeOf(error) === 'EEXIST' && statSync(path).isDirectory()) return
    // A parent that is there can be no reason: then it is the file system that refuses.
    if (codeOf(error) !== 'ENOENT' || parent === path || statSync(parent, { throwIfNoEntry: false })) throw error
    makeFolder(parent, mode)
    mkdirSync(path, { mode })
  }
}
