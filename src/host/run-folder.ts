// The user → the private folder where a run keeps what the next one must find: ledgers, private files of probes, what was learnt of this boot.
import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from './error.ts'
import { changeableByOthers } from './trust.ts'

/** Folders for what must be found again by the next run, best first. A reboot empties the first one, as it empties the kernel. */
export function runFolders(): readonly string[] {
  const uid = process.getuid?.() ?? 0
  if (uid === 0) return ['/run/tracebook', '/var/lib/tracebook/run']
  const told = (name: string, below: string) => {
    const path = process.env[name] ?? ''
    return path.startsWith('/') ? [join(path, below)] : []
  }
  return [
    ...told('XDG_RUNTIME_DIR', 'tracebook'),
    ...told('XDG_STATE_HOME', 'tracebook/run'),
    ...told('HOME', '.local/state/tracebook/run'),
    join(tmpdir(), `tracebook-${uid}`),
  ]
}

/** In the first folder that is ours alone, made if need be, where `act` does not throw. Throws all reasons when there is none. */
export function inRunFolder<T>(act: (folder: string) => T, folders = runFolders()): T {
  const problems: string[] = []
  for (const folder of folders) {
    try {
      mkdirSync(folder, { mode: 0o700, recursive: true })
      const problem = strangeness(folder)
      if (problem === undefined) return act(folder)
      problems.push(`${folder}: ${problem}`)
    } catch (error) {
      problems.push(`${folder}: ${messageOf(error)}`)
    }
  }
  throw new Error(problems.join('; '))
}

/** Why a folder is no place for it; undefined: it is ours alone, and so is the way to it. */
export function strangeness(folder: string): string | undefined {
  const found = lstatSync(folder)
  const uid = process.getuid?.() ?? 0
  if (!found.isDirectory()) return 'it is not a directory'
  if (found.uid !== uid) return 'it belongs to somebody else'
  const at = changeableByOthers(folder, new Set([0, uid]))
  return at === undefined ? undefined : `others may write ${at}`
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
}
