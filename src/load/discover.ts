// Folders and paths → the YAML files in them, each with the kind and id its path gives it.
import { readdirSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import type { PageKind } from './page.ts'

export interface FileEntry {
  readonly path: string
  /** As it is shown: relative to where the person is, when it is below. */
  readonly file: string
  /** Undefined: the first key of the file tells. */
  readonly kind: PageKind | undefined
  readonly id: string
  readonly builtin: boolean
}

const MAX_DEPTH = 8

/** A root holds checks/, runbooks/ and causes.yaml; a folder with none of them holds files that tell by their first key. */
export function filesInRoot(root: string, builtin: boolean): FileEntry[] {
  const parts = [
    ...yamlBelow(join(root, 'checks')).map((path) =>
      entry(path, 'check', idOf(path, join(root, 'checks'), '.'), builtin),
    ),
    ...yamlBelow(join(root, 'runbooks')).map((path) =>
      entry(path, 'runbook', idOf(path, join(root, 'runbooks'), '/'), builtin),
    ),
    ...(isFile(join(root, 'causes.yaml')) ? [entry(join(root, 'causes.yaml'), 'causes', 'causes', builtin)] : []),
  ]
  return parts.length > 0 ? parts : yamlBelow(root).map((path) => entryOf(path, builtin, root))
}

/** Any paths, files or folders; `missing` are those that are neither. */
export function filesAt(
  paths: readonly string[],
  isBuiltin: (path: string) => boolean,
): { readonly files: FileEntry[]; readonly missing: string[] } {
  const files = new Map<string, FileEntry>()
  const missing: string[] = []
  for (const given of paths) {
    const path = resolve(given)
    const found = isFile(path) ? [path] : isFolder(path) ? yamlBelow(path) : undefined
    if (!found) missing.push(given)
    for (const file of found ?? []) files.set(file, entryOf(file, isBuiltin(file), isFolder(path) ? path : undefined))
  }
  return { files: [...files.values()], missing }
}

/** The nearest folder `checks` or `runbooks` above a file says what it is and where its id begins. */
function entryOf(path: string, builtin: boolean, below: string | undefined): FileEntry {
  if (basename(path) === 'causes.yaml') return entry(path, 'causes', 'causes', builtin)
  const parts = path.split(sep)
  const at = Math.max(parts.lastIndexOf('checks', parts.length - 2), parts.lastIndexOf('runbooks', parts.length - 2))
  if (at < 0) return entry(path, undefined, idOf(path, below ?? join(path, '..'), '/'), builtin)
  const folder = parts.slice(0, at + 1).join(sep)
  return parts[at] === 'checks'
    ? entry(path, 'check', idOf(path, folder, '.'), builtin)
    : entry(path, 'runbook', idOf(path, folder, '/'), builtin)
}

function entry(path: string, kind: PageKind | undefined, id: string, builtin: boolean): FileEntry {
  return { path, file: shownPath(path), kind, id, builtin }
}

export function shownPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}

function idOf(path: string, folder: string, separator: string): string {
  return relative(folder, path)
    .replace(/\.ya?ml$/, '')
    .split(sep)
    .join(separator)
}

function yamlBelow(folder: string, depth = 0): string[] {
  if (depth > MAX_DEPTH || !isFolder(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const path = join(folder, item.name)
      if (item.isDirectory()) return yamlBelow(path, depth + 1)
      return /\.ya?ml$/.test(item.name) && isFile(path) ? [path] : []
    })
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
