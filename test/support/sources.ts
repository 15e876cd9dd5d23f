// Test helper: the source folders → their sources. One that does not load fails alone, not with all others.
import { existsSync, readdirSync } from 'node:fs'
import type { Source } from '../../src/model/source.ts'

const tools = new URL('../../src/tools/', import.meta.url)

export interface Discovered {
  readonly sources: readonly (readonly [id: string, source: Source])[]
  readonly broken: readonly (readonly [id: string, error: Error])[]
}

export async function discover(): Promise<Discovered> {
  const sources: [string, Source][] = []
  const broken: [string, Error][] = []
  for (const id of readdirSync(tools).toSorted()) {
    const index = new URL(`${id}/index.ts`, tools)
    if (!existsSync(index)) continue
    try {
      const module: { readonly source: Source } = await import(index.href)
      sources.push([id, module.source])
    } catch (error) {
      broken.push([id, error instanceof Error ? error : new Error(String(error))])
    }
  }
  return { sources, broken }
}
