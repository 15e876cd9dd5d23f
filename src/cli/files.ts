// Paths a person gave → the YAML files of checks, runbooks and causes in them.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { filesAt, filesInRoot, type FileEntry } from '../load/discover.ts'
import { EXIT, Exit } from './exit.ts'
import { productRoot } from './setup.ts'

export function filesOf(command: string, paths: readonly string[]): readonly FileEntry[] {
  for (const path of paths)
    if (!existsSync(path)) throw new Exit(EXIT.usage, `${command}: no such file or folder: ${path}`)
  const own = new Set(builtinFiles().map(({ path }) => path))
  const wanted = paths.map((path) => resolve(path))
  const roots = wanted.filter(isRoot)
  const others = filesAt(
    wanted.filter((path) => !roots.includes(path)),
    (path) => own.has(path),
  )
  const files = [
    ...roots.flatMap((root) => filesInRoot(root, false)).map((file) => ({ ...file, builtin: own.has(file.path) })),
    ...others.files,
  ]
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

/** The product's own: none where only the bundle was installed. */
export function builtinFiles(): readonly FileEntry[] {
  const root = productRoot()
  return isRoot(root) ? filesInRoot(root, true) : []
}

/** YAML beside checks/ and runbooks/ is none of ours. */
function isRoot(path: string): boolean {
  return ['checks', 'runbooks', 'causes.yaml'].some((name) => existsSync(resolve(path, name)))
}
