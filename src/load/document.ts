// YAML text → plain data with the place of every key and value, or the mistakes that keep it from being read. The YAML package is loaded here, when there is YAML.
import type { CST, Document, Scalar, YAMLMap, YAMLParseError, YAMLSeq } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.ts'
import { guard, type Kind, type Refusal } from './lexemes.ts'
import type { Entry, Located, Span } from './located.ts'
import { excerptAt, positionOf, type SourceText } from './source.ts'
import { explainSyntax } from './syntax.ts'

type Yaml = typeof import('./yaml.ts')

export interface Read {
  /** Absent when the text is not a document that can be trusted. */
  readonly root?: Located
  readonly diagnostics: readonly Diagnostic[]
}

/** Words that every JavaScript object already has an idea of. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])
const SYNTAX_ERRORS_SHOWN = 5
/** More are never read by anybody. */
export const MISTAKES_SHOWN = 100

/** Loads the library once; a run of built-ins never calls it. */
export async function openReader(): Promise<(source: SourceText) => Read> {
  const yaml = await import('./yaml.ts')
  return (source) => read(yaml, source)
}

function read(yaml: Yaml, source: SourceText): Read {
  const diagnostics: Diagnostic[] = []
  const report = ({ start, end, ...what }: Refusal) => {
    if (diagnostics.length === MISTAKES_SHOWN) return
    const position = positionOf(source, start, end)
    diagnostics.push({ severity: 'error', position, excerpt: excerptAt(source, position.line), ...what })
  }
  const tokens = tokenize(yaml, source.text)
  if ('code' in tokens) {
    report(tokens)
    return { diagnostics }
  }
  const document = compose(yaml, tokens)
  for (const error of syntaxErrors(source, document)) report(error)
  if (diagnostics.length > 0) return { diagnostics }
  const node = document?.contents
  if (!node || (yaml.isScalar(node) && node.value === null)) {
    report({
      code: 'empty-document',
      message: 'the file says nothing',
      hint: '`tracebook new check` or `tracebook new runbook` writes a first one',
      start: 0,
      end: 1,
    })
    return { diagnostics }
  }
  return { root: locate(yaml, source, node, report), diagnostics }
}

function tokenize(yaml: Yaml, text: string): CST.Token[] | Refusal {
  const parser = new yaml.Parser()
  const tokens: CST.Token[] = []
  const guards = guard(text)
  let scalarNext = false
  for (const lexeme of new yaml.Lexer().lex(text)) {
    const kind: Kind = scalarNext ? 'scalar' : yaml.CST.tokenType(lexeme)
    const refusal = guards.next(lexeme, kind, parser.offset, parser.stack.length)
    if (refusal) return refusal
    scalarNext = !scalarNext && kind === 'scalar'
    for (const token of parser.next(lexeme)) tokens.push(token)
  }
  const open = guards.end()
  if (open) return open
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

function compose(yaml: Yaml, tokens: readonly CST.Token[]): Document.Parsed | undefined {
  // Own duplicate check: the library compares every key with every other.
  const composer = new yaml.Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  const limit = Error.stackTraceLimit
  // Every mistake is an Error object there; thousands of stack traces would take seconds.
  Error.stackTraceLimit = 0
  try {
    return [...composer.compose(tokens)][0]
  } finally {
    Error.stackTraceLimit = limit
  }
}

function syntaxErrors(source: SourceText, document: Document.Parsed | undefined): Refusal[] {
  const errors: YAMLParseError[] = [...(document?.errors ?? [])].sort((a, b) => a.pos[0] - b.pos[0])
  const shown: Refusal[] = []
  const lines = new Set<number>()
  for (const error of errors) {
    const { line } = positionOf(source, ...error.pos)
    // One mistake often breaks the lines around it: one message a line is enough.
    if (lines.has(line) || lines.has(line - 1)) continue
    lines.add(line)
    shown.push(explainSyntax(error, source.text))
    if (shown.length === SYNTAX_ERRORS_SHOWN) break
  }
  return shown
}

type Report = (mistake: Refusal) => void
type Node = NonNullable<Document.Parsed['contents']>

function locate(yaml: Yaml, source: SourceText, node: Node, report: Report): Located {
  if (yaml.isMap(node)) return locateMap(yaml, source, node, report)
  if (yaml.isSeq(node)) {
    const items = (node as YAMLSeq<Node>).items.map((item) => locate(yaml, source, item, report))
    const { start, end } = spanOfNode(node)
    return { start, end, items, data: items.map((item) => item.data) }
  }
  const { value, type } = node as Scalar
  const { start, end } = spanOfNode(node)
  return { start, end, data: value, style: STYLES[type ?? ''] ?? 'plain' }
}

const STYLES: Readonly<Record<string, 'single' | 'double' | 'block'>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_FOLDED: 'block',
  BLOCK_LITERAL: 'block',
}

function locateMap(yaml: Yaml, source: SourceText, node: unknown, report: Report): Located {
  const map = node as YAMLMap<Node, Node | null>
  const entries = new Map<string, Entry>()
  const data: Record<string, unknown> = {}
  for (const { key, value } of map.items) {
    const place = spanOfNode(key)
    if (!yaml.isScalar(key) || typeof key.value === 'boolean' || key.value === null) {
      report({ code: 'key-not-text', message: 'a key must be a name', hint: 'quote it if it is one', ...place })
      continue
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
    const earlier = entries.get(name)
    if (earlier)
      report({
        code: 'duplicate-key',
        message: `${name} is already set in line ${positionOf(source, earlier.key.start, earlier.key.end).line}`,
        hint: 'remove one of them',
        ...place,
      })
    else if (RESERVED.has(name))
      report({ code: 'reserved-key', message: `${name} cannot be used as a name`, hint: 'choose another', ...place })
    else {
      const located = value ? locate(yaml, source, value, report) : { ...place, start: place.end, data: null }
      entries.set(name, { key: place, value: located })
      data[name] = located.data
      if (name === 'argv') argvNumbers(located, report)
    }
  }
  const { start, end } = spanOfNode(map)
  return { start, end, entries, data }
}

/** `[vmstat, 1, 5]`: a number loses its spelling (`010`, `1.0`), and a program only takes texts. */
function argvNumbers(list: Located, report: Report): void {
  for (const { data, start, end } of list.items ?? [])
    if (typeof data === 'number')
      report({
        code: 'argv-number',
        message: 'an argument must be a text, this is a number',
        hint: `write '${data}' in quotes`,
        start,
        end,
      })
}

function spanOfNode(node: unknown): Span {
  const range = (node as { readonly range?: readonly [number, number, number] | null } | null)?.range
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 }
}
