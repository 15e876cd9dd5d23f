// Text tables → rows by header name. Columns may be added, dropped or reordered by another version of the tool.

const PLUS = 43,
  MINUS = 45,
  POINT = 46,
  ZERO = 48,
  NINE = 57

export interface Table {
  readonly has: (column: string) => boolean
  readonly rows: readonly Row[]
}

export interface Row {
  /** Cell of a column; undefined when the column does not exist or the row is short. */
  readonly text: (column: string) => string | undefined
  /** Number of a column; undefined when absent or not a number: a number is never guessed. */
  readonly number: (column: string) => number | undefined
}

/** Header and data lines (already cut at white space) → a table. Rows whose cell count differs from the header's are left out. */
export function table(header: readonly string[], lines: readonly (readonly string[])[]): Table {
  const index = columnIndex(header)
  const rows = lines.filter((cells) => cells.length === header.length).map((cells) => row(index, cells))
  return { has: (column) => index.has(column), rows }
}

/** Titles → their places. Of two columns of one title nobody knows which is meant: neither is known. */
export function columnIndex(titles: readonly string[]): Map<string, number> {
  const index = new Map(titles.map((name, i) => [name, i]))
  if (index.size < titles.length) titles.forEach((name, i) => titles.indexOf(name) !== i && index.delete(name))
  return index
}

export function row(index: ReadonlyMap<string, number>, cells: readonly string[]): Row {
  return new Cells(index, cells)
}

/** Decimal text → number; undefined for anything else (`-`, `n/a`, `1,5`). */
export function number(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const signed = text.charCodeAt(0) === MINUS || text.charCodeAt(0) === PLUS
  let point = -1
  for (let at = signed ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === POINT && point < 0) point = at
    else if (code < ZERO || code > NINE) return undefined
  }
  const first = signed ? 1 : 0
  return text.length === first || point === first || point === text.length - 1 ? undefined : Number(text)
}

/** Text → its whole lines. What follows the last line feed is half a line, whose last number may be cut short. */
export function lines(text: string): string[] {
  const found = withoutReturns(text).split('\n')
  found.pop()
  return found
}

/** Where the first line ends with a carriage return all do: a capture came by way of another system. */
export function withoutReturns(text: string): string {
  const first = text.indexOf('\n')
  return first > 0 && text.charCodeAt(first - 1) === 13 ? text.replaceAll('\r\n', '\n') : text
}

/** A line → its words. Only ASCII blanks part words: names may hold the others, as names of interfaces do. */
export function words(line: string): string[] {
  const found: string[] = []
  let from = -1
  for (let at = 0; at < line.length; at++) {
    const blank = isBlank(line.charCodeAt(at))
    if (blank && from >= 0) {
      found.push(line.slice(from, at))
      from = -1
    } else if (!blank && from < 0) from = at
  }
  if (from >= 0) found.push(line.slice(from))
  return found.length > 0 ? found : ['']
}

/** Blank, tab, line feed, vertical tab, form feed, carriage return. */
export function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** What is made of numbers with two digits after the point has no more, but for those a division adds. */
export function cents(value: number, divisor = 1): number {
  return Math.round(value * 100) / (100 * divisor)
}

/** The sum of numbers of which none may be missing. */
export function sum(...parts: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const part of parts) {
    if (part === undefined) return undefined
    total += part
  }
  return total
}

/** Drops what is undefined: the shape every reading wants. */
export function defined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const kept: Record<string, T> = {}
  for (const [key, value] of Object.entries(values)) if (value !== undefined) kept[key] = value
  return kept
}

/** Values of which none may be missing: half a series is no series. */
export function complete(values: readonly (number | undefined)[]): number[] | undefined {
  const found = values.filter((value) => value !== undefined)
  return found.length > 0 && found.length === values.length ? found : undefined
}

/** A column over all rows, or undefined when any row lacks it: half a series is no series. */
export function series(rows: readonly Row[], of: (row: Row) => number | undefined): number[] | undefined {
  const values: number[] = []
  for (const row of rows) {
    const value = of(row)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values.length > 0 ? values : undefined
}

/** A class, for tables have a hundred thousand rows: two functions made for each cost more than its cells. */
class Cells implements Row {
  readonly #index: ReadonlyMap<string, number>
  readonly #cells: readonly string[]

  constructor(index: ReadonlyMap<string, number>, cells: readonly string[]) {
    this.#index = index
    this.#cells = cells
  }

  text(column: string): string | undefined {
    const at = this.#index.get(column)
    return at === undefined ? undefined : this.#cells[at]
  }

  number(column: string): number | undefined {
    return number(this.text(column))
  }
}
