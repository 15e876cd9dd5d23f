// Words → mdast nodes. Every text of unknown origin enters the tree here and is cleaned here.
import type { BlockContent, Heading, List, Paragraph, PhrasingContent, Table, TableCell } from 'mdast'
import { clean } from '../escape.ts'

export type Block = BlockContent
/** A string is text; anything else was made by the functions below. */
export type Inline = string | readonly (string | PhrasingContent)[] | PhrasingContent

/** Commands and paths may be long; they are of use only whole. */
const CODE_MAX = 300

export function inline(content: Inline): PhrasingContent[] {
  const parts = typeof content === 'string' || 'type' in content ? [content] : content
  return parts.map((part) => (typeof part === 'string' ? { type: 'text', value: spaced(clean(part)) } : part))
}

export function text(value: string): PhrasingContent {
  return { type: 'text', value: spaced(clean(value)) }
}

/** Names, commands, paths: shown exactly, never read as Markdown, and no one is `@mentioned` by a process name. */
export function code(value: string): PhrasingContent {
  const shown = clean(value, CODE_MAX).trim()
  return { type: 'inlineCode', value: shown === '' ? '(empty)' : shown }
}

export function strong(value: string): PhrasingContent {
  return { type: 'strong', children: [text(value.trim() === '' ? '(empty)' : value.trim())] }
}

export function paragraph(content: Inline): Paragraph {
  return { type: 'paragraph', children: inline(content) }
}

export function heading(depth: 1 | 2 | 3, content: Inline): Heading {
  return { type: 'heading', depth, children: inline(content) }
}

export function list(items: readonly Inline[], ordered = false): List {
  return {
    type: 'list',
    ordered,
    spread: false,
    children: items.map((item) => ({ type: 'listItem', spread: false, children: [paragraph(item)] })),
  }
}

export function table(head: readonly Inline[], rows: readonly (readonly Inline[])[]): Table {
  const row = (cells: readonly Inline[]) => ({ type: 'tableRow' as const, children: cells.map(cell) })
  return { type: 'table', align: head.map(() => null), children: [row(head), ...rows.map(row)] }
}

/** Lines to copy into a shell, each one cleaned. */
export function shell(lines: readonly string[]): Block {
  return { type: 'code', lang: 'sh', value: lines.map((line) => clean(line, CODE_MAX)).join('\n') }
}

/** Lines laid out by us, in a fence, each one cleaned: for long records a table of cells is dear to write and no easier to read. */
export function lines(texts: readonly string[]): Block {
  return { type: 'code', value: texts.map((text) => clean(text, CODE_MAX)).join('\n') }
}

/** The same nodes with a separator between them. */
export function joined(parts: readonly (string | PhrasingContent)[], separator: string): (string | PhrasingContent)[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]))
}

function cell(content: Inline): TableCell {
  return { type: 'tableCell', children: inline(content) }
}

/** Runs of spaces are one space in Markdown anyway, and at the edges they would be written as character references. */
function spaced(value: string): string {
  return value.replace(/ {2,}/g, ' ')
}
