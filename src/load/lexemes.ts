// The words of a YAML file, one by one as they are read → the first that this format does not allow.
// Stopping here is what bounds the parser: some of these constructs cost it exponential time or the process its life.
import type { CST } from 'yaml'

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly start: number
  readonly end: number
}

export const MAX_DEPTH = 32
const MAX_KEYS = 20_000
const MAX_ITEMS = 20_000
const MAX_LEXEMES = 150_000

export type Kind = CST.TokenType | null
type Word = Omit<Refusal, 'start' | 'end'>

const FORBIDDEN: Partial<Record<CST.TokenType, Word>> = {
  anchor: {
    code: 'alias',
    message: 'anchors (&) are not part of this format',
    hint: 'write the value out; if the text begins with &, quote it',
  },
  alias: {
    code: 'alias',
    message: 'aliases (*) are not part of this format',
    hint: 'write the value out; if the text begins with *, quote it',
  },
  'explicit-key-ind': {
    code: 'explicit-key',
    message: 'a key written with `? ` is not part of this format',
    hint: 'write KEY: VALUE; if the text begins with ?, quote it',
  },
  'directive-line': {
    code: 'directive',
    message: 'directives (%) are not part of this format',
    hint: 'remove the line; if the text begins with %, quote it',
  },
}
const BLANK: ReadonlySet<Kind> = new Set<Kind>(['newline', 'comment', 'space', 'doc-mode'])
const OPEN_QUOTE: Word = {
  code: 'yaml-syntax',
  message: 'this quote is not closed',
  hint: 'close it; in single quotes an apostrophe is written twice',
}
const OPEN_BRACKET: Word = {
  code: 'yaml-syntax',
  message: 'this bracket is not closed',
  hint: 'close it; its lines must be indented deeper than the key',
}

export interface Guard {
  /** One lexeme with its kind, where it begins, and how deep the parser already is. */
  readonly next: (lexeme: string, kind: Kind, offset: number, depth: number) => Refusal | undefined
  readonly end: () => Refusal | undefined
}

export function guard(text: string): Guard {
  const brackets: number[] = []
  const layout = layoutGuard()
  let keys = 0
  let items = 0
  let lexemes = 0
  const next: Guard['next'] = (lexeme, kind, offset, depth) => {
    const refuse = (word: Word, start = offset, length = lexeme.length): Refusal => ({
      ...word,
      start,
      end: start + Math.max(1, length),
    })
    const forbidden = kind === null ? undefined : FORBIDDEN[kind]
    if (forbidden) return refuse(forbidden)
    if (kind === 'tag') return refuse(tagWord(text, offset))
    if (kind === 'flow-map-start' || kind === 'flow-seq-start') {
      brackets.push(offset)
      items++
    } else if (kind === 'flow-error-end') return refuse(OPEN_BRACKET, brackets.at(-1), 1)
    else if (kind === 'flow-map-end' || kind === 'flow-seq-end') {
      const open = brackets.pop()
      if (open === undefined)
        return refuse({
          code: 'yaml-syntax',
          message: `this ${lexeme} closes nothing`,
          hint: 'remove it, or quote the text it belongs to',
        })
      if ((text[open] === '{') !== (kind === 'flow-map-end'))
        return refuse({
          code: 'yaml-syntax',
          message: `this ${lexeme} closes a ${text[open] ?? ''}`,
          hint: 'brackets close in the order they open',
        })
    } else if (isOpenQuote(lexeme, kind)) return refuse(OPEN_QUOTE, offset, 1)
    if (kind === 'map-value-ind') keys++
    if (kind === 'comma' || kind === 'seq-item-ind') items++
    if (keys > MAX_KEYS || items > MAX_ITEMS || ++lexemes > MAX_LEXEMES)
      return refuse({
        code: 'too-many-keys',
        message: `more than ${MAX_KEYS} keys or list items`,
        hint: 'split the file',
      })
    if (depth > MAX_DEPTH + 2 || brackets.length > MAX_DEPTH)
      return refuse({ code: 'too-deep', message: `nested deeper than ${MAX_DEPTH} levels`, hint: 'flatten it' })
    return layout(lexeme, kind, offset)
  }
  const end = () => {
    const open = brackets.at(-1)
    return open === undefined ? undefined : { ...OPEN_BRACKET, start: open, end: open + 1 }
  }
  return { next, end }
}

/** Tabs that indent, and a second document. */
function layoutGuard(): (lexeme: string, kind: Kind, offset: number) => Refusal | undefined {
  let content = false
  let lineStart = true
  let tab = -1
  return (lexeme, kind, offset) => {
    if (tab >= 0 && !BLANK.has(kind))
      return { code: 'tab-indent', message: 'a tab cannot indent', hint: 'use spaces', start: tab, end: tab + 1 }
    if (kind === 'space') tab = lineStart && lexeme.includes('\t') ? offset + lexeme.indexOf('\t') : tab
    else if (kind !== 'doc-mode') tab = -1
    if (kind !== 'space' && kind !== 'doc-mode') lineStart = kind === 'newline'
    if (kind === 'doc-start' && content)
      return {
        code: 'several-documents',
        message: 'a second document begins here',
        hint: 'one file holds one document: remove the ---',
        start: offset,
        end: offset + 3,
      }
    content ||= !BLANK.has(kind)
    return undefined
  }
}

function isOpenQuote(lexeme: string, kind: Kind): boolean {
  if (kind !== 'single-quoted-scalar' && kind !== 'double-quoted-scalar') return false
  if (lexeme.length === 1 || lexeme.at(-1) !== lexeme[0]) return true
  const backslashes = kind === 'double-quoted-scalar' ? (/\\*$/.exec(lexeme.slice(-64, -1))?.[0].length ?? 0) : 0
  return backslashes % 2 === 1
}

/** `when: !cpu.busy.ok` is a tag to YAML. What was meant is nearly always a condition. */
function tagWord(text: string, offset: number): Word {
  const end = text.indexOf('\n', offset)
  const rest =
    text
      .slice(offset, end < 0 ? undefined : end)
      .split(' #')[0]
      ?.trim() ?? ''
  const quoted = rest.includes("'") ? `"${rest.replaceAll('"', String.raw`\"`)}"` : `'${rest}'`
  return {
    code: 'tag',
    message: 'a value that begins with ! must be quoted',
    hint: rest.length > 1 && rest.length < 100 ? `write ${quoted}` : 'quote it',
  }
}
