// The product's and a team's folders → one library. Built-ins come as JSON made by the build; YAML is read only where there is some.
import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Cause, CheckDocument, Loaded } from '../model/check.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { RunbookDocument } from '../model/runbook.ts'
import { filesAt, filesInRoot } from './discover.ts'
import type { Library } from './library.ts'
import type { LibraryCache } from './library-cache.ts'
import type { LintOptions } from './lint-files.ts'

export const EMPTY: Library = { checks: new Map(), runbooks: new Map(), causes: new Map(), diagnostics: [] }

/** From the JSON of the build, or, in a checkout without one, from the YAML below `root`. */
export async function loadBuiltin(root: string, json: string | undefined, options?: LintOptions): Promise<Library> {
  if (json !== undefined) return libraryFromJson(readFileSync(json, 'utf8'))
  const { addFiles } = await import('./lint-files.ts')
  return addFiles(EMPTY, EMPTY, filesInRoot(root, true), options)
}

/** The built-ins and what the folders add to them. With a cache, files that did not change are not parsed again. */
export async function loadLibrary(
  builtin: Library,
  folders: readonly string[],
  options?: LintOptions,
  cache?: LibraryCache,
): Promise<Library> {
  const files = folders.flatMap((folder) => filesInRoot(folder, false))
  if (files.length === 0) return builtin
  const add = async () => (await import('./lint-files.ts')).addFiles(builtin, builtin, files, options)
  if (!cache) return add()
  const { keyOf, libraryOf, textOf } = await import('./library-cache.ts')
  const key = keyOf(files, builtin, [[...(options?.probeMetrics ?? [])], [...(options?.recordable ?? [])]])
  if (key === undefined) return add()
  const kept = libraryOf((await cache.read(key)) ?? '')
  if (kept) return kept
  const library = await add()
  await cache.write(key, textOf(library))
  return library
}

export interface LintFilesOptions extends LintOptions {
  /** Folders of the product's own files: they may have built-in ids. */
  readonly builtinRoots?: readonly string[]
  /** The built-ins alone, when the library also has files of a team. */
  readonly builtin?: Library
}

/** Mistakes in these files and folders, which may refer to each other and to the library. */
export async function lintFiles(
  paths: readonly string[],
  library: Library,
  options: LintFilesOptions = {},
): Promise<readonly Diagnostic[]> {
  const { builtinRoots = [], builtin = library, ...rules } = options
  const own = builtinRoots.map((root) => resolve(root))
  const { files, missing } = filesAt(paths, (path) => own.some((root) => isBelow(root, path)))
  const { addFiles } = await import('./lint-files.ts')
  const { cannotRead } = await import('./parse-files.ts')
  const linted = await addFiles({ ...library, diagnostics: [] }, builtin, files, rules)
  return [...missing.map((path) => cannotRead(path, 'no such file or folder')), ...linted.diagnostics]
}

function isBelow(root: string, path: string): boolean {
  const near = relative(root, path)
  return !near.startsWith('..') && !isAbsolute(near)
}

export interface LibraryJson {
  readonly checks: readonly Loaded<CheckDocument>[]
  readonly runbooks: readonly Loaded<RunbookDocument>[]
  readonly causes: readonly Cause[]
}

/** Without mistakes, places and tests: for the build. Files are named relative to `root`. */
export function libraryToJson(library: Library, root: string): LibraryJson {
  const placed = <T>(loaded: Loaded<T>): Loaded<T> => ({ ...loaded, file: relative(root, resolve(loaded.file)) })
  return {
    checks: [...library.checks.values()]
      .map(placed)
      .map(({ document: { tests: _tests, ...document }, ...rest }) => ({ ...rest, document })),
    runbooks: [...library.runbooks.values()].map(placed),
    causes: [...library.causes.values()],
  }
}

export function libraryFromJson(text: string): Library {
  const json = JSON.parse(text) as LibraryJson
  return {
    checks: new Map(json.checks.map((loaded) => [loaded.id, loaded])),
    runbooks: new Map(json.runbooks.map((loaded) => [loaded.id, loaded])),
    causes: new Map(json.causes.map((cause) => [cause.id, cause])),
    diagnostics: [],
  }
}
