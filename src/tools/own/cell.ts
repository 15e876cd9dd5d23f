// A table with a header line, as df, free or docker print it → the text of one cell, or why no single cell is meant.
//   Filesystem     1K-blocks     Used Available Use% Mounted on
//   tmpfs            1634620     1544   1633076   1% /run
//                  total        used        free      shared  buff/cache   available
import type { OwnTable } from '../../model/own-metric.ts'

interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A cell, or a sentence that says why there is none. */
export type Cell = { readonly cell: string } | { readonly why: string }

export function cellIn(text: string, { column, where = {} }: OwnTable): Cell {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const conditions = Object.entries(where).map(([name, cell]) => [name, String(cell)] as const)
  const names = [...new Set([column, ...conditions.map(([name]) => name)])]
  const at = lines.findIndex((line) => names.every((name) => placesOf(line, name).length > 0))
  const header = lines[at]
  if (header === undefined) return { why: `no line has the column${names.length > 1 ? 's' : ''} ${names.join(', ')}` }
  const twice = names.find((name) => placesOf(header, name).length > 1)
  if (twice !== undefined) return { why: `the header has the column ${twice} more than once` }
  const columns = columnsOf(header, names)
  const rows = lines.slice(at + 1).filter((line) => line.trim() !== '' && line !== header)
  const cells = rows.map((row) => new Map(names.map((name) => [name, cellOf(row, name, columns)])))
  const meant = cells.filter((row) => conditions.every(([name, cell]) => row.get(name) === cell))
  const [first] = meant
  const which = conditions.map(([name, cell]) => `${name} ${cell}`).join(', ')
  if (!first) return { why: which === '' ? `no row is below the column ${column}` : `no row has ${which}` }
  if (meant.length > 1)
    return { why: `${meant.length} rows ${which === '' ? 'are there' : `have ${which}`}: where: must leave one` }
  const cell = first.get(column)
  return cell === undefined ? { why: `the row has no certain cell below ${column}` } : { cell }
}

/** A name with blanks is one column; all other words of the header are one each. */
function columnsOf(header: string, names: readonly string[]): Span[] {
  const named = names.flatMap((name) => placesOf(header, name))
  const others = wordsOf(header).filter((word) => !named.some((one) => overlap(one, word)))
  return [...named, ...others].sort((a, b) => a.start - b.start)
}

/**
 * With as many cells as columns, by number. Else by place: a row of `free` begins with a name that has no column, a cell of `docker ps`
 * has blanks. Then a cell counts only when it and the column stand below each other and neither touches another.
 */
function cellOf(row: string, name: string, columns: readonly Span[]): string | undefined {
  const cells = wordsOf(row)
  const column = columns.findIndex((one) => one.text === name)
  if (cells.length === columns.length) return cells[column]?.text
  const header = columns[column]
  if (!header || row.includes('\t')) return undefined
  const [cell, second] = cells.filter((one) => overlap(one, header))
  if (!cell || second) return undefined
  return columns.filter((one) => overlap(one, cell)).length === 1 ? cell.text : undefined
}

function placesOf(line: string, name: string): Span[] {
  const found: Span[] = []
  for (let start = line.indexOf(name); start >= 0; start = line.indexOf(name, start + 1)) {
    const end = start + name.length
    if (/^\s?$/.test(line.charAt(start - 1)) && /^\s?$/.test(line.charAt(end))) found.push({ text: name, start, end })
  }
  return found
}

function wordsOf(line: string): Span[] {
  return [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, start: index, end: index + text.length }))
}

function overlap(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end
}
