// A policy file → what unattended runs may do to the kernel, or every mistake in it with its place.
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Tier } from '../model/observation.ts'
import type { Instrument, Overhead } from '../model/probe.ts'
import { parseQuantity } from '../model/unit.ts'
import { diagnosticOf } from './page.ts'
import { parseFiles } from './parse-files.ts'
import { shapeMistakes } from './shape.ts'

export interface PolicyDocument {
  readonly allow?: Tier
  readonly 'max-overhead'?: Overhead
  readonly instruments?: readonly Instrument[]
  readonly 'quiet-hours'?: readonly string[]
  readonly 'cool-down'?: string
}

export interface LoadedPolicy {
  /** Absent when there are mistakes. */
  readonly document?: PolicyDocument
  readonly coolDownSeconds?: number
  readonly diagnostics: readonly Diagnostic[]
}

export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  const { pages, diagnostics } = await parseFiles([{ path, file: path, kind: 'policy', id: 'policy', builtin: false }])
  const all = [
    ...diagnostics,
    ...pages.flatMap((page) => shapeMistakes(page).map((mistake) => diagnosticOf(page, mistake))),
  ]
  const data = pages[0]?.root.data as PolicyDocument | undefined
  if (!data || all.some(({ severity }) => severity === 'error')) return { diagnostics: all }
  const coolDown = parseQuantity(data['cool-down'] ?? '')?.value
  return { document: data, diagnostics: all, ...(coolDown === undefined ? {} : { coolDownSeconds: coolDown }) }
}
