// The bytes of a team's files → the key under which a library read from them before is kept, and the library as text and back.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { FileEntry } from './discover.ts'
import type { Library } from './library.ts'
import { LIMITS } from './scan.ts'

/** Where libraries are kept; its owner must be the only one who can write there, and it must be new for each version of tracebook. */
export interface LibraryCache {
  readonly read: (key: string) => Promise<string | undefined>
  readonly write: (key: string, text: string) => Promise<void>
}

/** Any byte, name, rule option or built-in that is different gives another key. Undefined: a file cannot be read; lint tells why. */
export function keyOf(files: readonly FileEntry[], builtin: Library, options: unknown): string | undefined {
  const hash = createHash('sha256')
    .update(textOf(builtin))
    .update(JSON.stringify(options ?? null))
  try {
    for (const { path, ...entry } of files) {
      const bytes = readFileSync(path)
      if (bytes.length > LIMITS.runbook) return undefined
      hash.update(`\n${JSON.stringify({ path, ...entry })} ${bytes.length}\n`).update(bytes)
    }
  } catch {
    return undefined
  }
  return hash.digest('hex')
}

export function textOf({ checks, runbooks, causes, diagnostics }: Library): string {
  return JSON.stringify([[...checks], [...runbooks], [...causes], diagnostics])
}

/** Undefined when the text is not one of ours: then the files are read again. */
export function libraryOf(text: string): Library | undefined {
  try {
    const [checks, runbooks, causes, diagnostics] = JSON.parse(text) as [
      Iterable<readonly [string, never]>,
      Iterable<readonly [string, never]>,
      Iterable<readonly [string, never]>,
      readonly Diagnostic[],
    ]
    if (!Array.isArray(diagnostics)) return undefined
    return { checks: new Map(checks), runbooks: new Map(runbooks), causes: new Map(causes), diagnostics }
  } catch {
    return undefined
  }
}
