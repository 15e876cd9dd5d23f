// One file being linted: its data with places, and how a rule's mistake becomes a diagnostic.
import type { Diagnostic } from '../model/diagnostic.ts'
import { find, spanOf, spanWithin, type Located, type Pointer } from './located.ts'
import { excerptAt, positionOf, type SourceText } from './source.ts'

export type PageKind = 'check' | 'runbook' | 'causes' | 'policy'

export interface Page {
  readonly kind: PageKind
  readonly id: string
  readonly builtin: boolean
  readonly source: SourceText
  readonly root: Located
}

/** What a rule found. `span`: characters of the text at that place. */
export interface Mistake {
  readonly code: string
  readonly severity?: 'error' | 'warning'
  readonly message: string
  readonly hint?: string | undefined
  readonly at: Pointer
  readonly part?: 'key' | 'value'
  readonly span?: readonly [number, number]
}

export function diagnosticOf(page: Page, mistake: Mistake): Diagnostic {
  const { code, severity = 'error', message, hint, at, part, span } = mistake
  const scalar = span && find(page.root, at)?.value
  const { start, end } = scalar ? spanWithin(page.source.text, scalar, ...span) : spanOf(page.root, at, part)
  const position = positionOf(page.source, start, end)
  return {
    code,
    severity,
    message,
    position,
    excerpt: excerptAt(page.source, position.line),
    ...(hint === undefined ? {} : { hint }),
  }
}

export function lineOfPart(page: Page, at: Pointer): number {
  return positionOf(page.source, spanOf(page.root, at, 'key').start, 0).line
}

/** Rules also read documents whose shape is wrong: what is not as expected is left to the schema's message. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** `x` and `[x, y]` alike → each text with its place. */
export function texts(value: unknown, at: Pointer): readonly (readonly [string, Pointer])[] {
  if (typeof value === 'string') return [[value, at]]
  return list(value).flatMap((item, i) => (typeof item === 'string' ? [[item, [...at, i]] as const] : []))
}
