// Options of a command → the library, the host and the settings of a run. Team files with mistakes stop here, before anything is looked at.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../host/host.ts'
import type { Library } from '../load/library.ts'
import { loadBuiltin, loadLibrary } from '../load/library-loader.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { nearest } from '../expr/nearest.ts'
import { EXIT, Exit } from './exit.ts'

export { catalogueOf } from '../load/own-metrics.ts'

/** Folder with checks/, runbooks/ and causes.yaml of the product: above the bundle, and above the sources in a checkout. */
export function productRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'bin/tracebook.js'))) return folder
    if (folder === dirname(folder)) throw new Exit(EXIT.data, 'the built-in checks are missing: reinstall tracebook')
  }
}

/** Built-ins from the prebuilt JSON when there is one (no YAML is parsed then; their tests are only in the YAML), and the team's own folders. */
export async function libraryFor(folders: readonly string[], withTests = false): Promise<Library> {
  const builtin = await loadBuiltin(productRoot(), withTests ? undefined : builtinFile())
  for (const folder of folders)
    if (!existsSync(folder)) throw new Exit(EXIT.usage, `--runbooks ${folder}: no such folder`)
  if (folders.length === 0) return builtin
  return loadLibrary(
    builtin,
    folders.map((folder) => resolve(folder)),
  )
}

/** The JSON made by the build; none when running from source. */
export function builtinFile(): string | undefined {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'builtin.json')
  return existsSync(file) ? file : undefined
}

export async function refuseMistakes(library: Library): Promise<void> {
  const errors = library.diagnostics.filter((d) => d.severity === 'error')
  if (errors.length === 0) return
  const { renderDiagnostics } = await import('../load/render.ts')
  throw new Exit(
    EXIT.data,
    `${errors.length} mistake${errors.length === 1 ? '' : 's'} in the YAML files\n${renderDiagnostics(errors)}`,
  )
}

export function requireRunbook(library: Library, id: string): void {
  if (library.runbooks.has(id)) return
  const near = nearest(id, library.runbooks.keys())
  throw new Exit(
    EXIT.usage,
    `no runbook ${JSON.stringify(id)}${near ? `; did you mean ${near}?` : ''} (see: tracebook list runbooks)`,
  )
}

export async function hostFor(from: string | undefined): Promise<Host> {
  if (from === undefined) return (await import('../host/local.ts')).localHost()
  const host = (await import('../host/recorded.ts')).recordedHost(resolve(from))
  if (isUnavailable(host)) throw new Exit(EXIT.usage, `--from ${from}: ${host.reason}`)
  return host
}
