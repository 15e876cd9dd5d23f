// What was learnt of a host in this boot ⇄ a small private file: which instruments work, when a probe last ran. Losing it costs a second look, no more.
//   {"boot":"0c5e7a2e-…","known":{"capability perf/sampling":"works","escalated wakeup_latency":"1795432812"}}
import { closeSync, constants, lstatSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bootId, inRunFolder, runFolders, strangeness } from './run-folder.ts'

export interface Memory {
  readonly recall: (key: string) => string | undefined
  readonly remember: (key: string, value: string) => void
}

const FILE = 'known.json'
const LONGEST = 256 * 1024

export function memory(folders = runFolders()): Memory {
  let known: Map<string, string> | undefined
  return {
    recall: (key) => (known ??= load(folders)).get(key),
    remember: (key, value) => {
      // Read again: another run may have learnt something meanwhile.
      known = load(folders).set(key, value)
      store(known, folders)
    },
  }
}

function load(folders: readonly string[]): Map<string, string> {
  for (const folder of folders) {
    const path = join(folder, FILE)
    try {
      const { uid, size } = lstatSync(path)
      if (uid !== process.getuid?.() || size > LONGEST || strangeness(folder) !== undefined) continue
      const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        return parse(readFileSync(file, 'utf8'))
      } finally {
        closeSync(file)
      }
    } catch {
      // Not there, or not readable: nothing is known.
    }
  }
  return new Map()
}

function parse(text: string): Map<string, string> {
  const { boot, known } = JSON.parse(text) as { readonly boot?: unknown; readonly known?: unknown }
  if (boot !== bootId() || typeof known !== 'object' || known === null) return new Map()
  return new Map(Object.entries(known).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function store(known: ReadonlyMap<string, string>, folders: readonly string[]): void {
  const text = JSON.stringify({ boot: bootId(), known: Object.fromEntries(known) })
  if (text.length > LONGEST) return
  try {
    inRunFolder((folder) => {
      const beside = join(folder, `.${FILE}.${process.pid}`)
      const file = openSync(
        beside,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        0o600,
      )
      try {
        writeSync(file, text)
        renameSync(beside, join(folder, FILE))
      } catch (error) {
        unlinkSync(beside)
        throw error
      } finally {
        closeSync(file)
      }
    }, folders)
  } catch {
    // Then it is learnt again the next time.
  }
}
