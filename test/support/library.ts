// The built-in checks and runbooks, from their YAML, for tests.
import { resolve } from 'node:path'
import { loadBuiltin } from '../../src/load/library-loader.ts'
import type { Library } from '../../src/load/library.ts'

export const root = resolve(import.meta.dirname, '../..')

export function builtinLibrary(): Promise<Library> {
  return loadBuiltin(root, undefined)
}
