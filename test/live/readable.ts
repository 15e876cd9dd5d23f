// A copy of the built product that every user may read: a checkout may lie in a folder of root's alone.
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    readableBin: string
  }
}

export default function setup(project: TestProject): () => void {
  const root = resolve(import.meta.dirname, '../..')
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-product-'))
  chmodSync(folder, 0o755)
  for (const name of ['bin', 'dist', 'checks', 'runbooks', 'causes.yaml', 'schemas', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  project.provide('readableBin', join(folder, 'bin/tracebook.js'))
  return () => rmSync(folder, { recursive: true, force: true })
}
