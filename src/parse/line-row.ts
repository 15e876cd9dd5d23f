// One line of a table → a row whose numbers were read in one pass. Tables have a hundred thousand lines: no string is made of a cell
// before it is asked for as text.
//   1795420253      0      2782    0.99    0.00 …   NORMAL  a name (with spaces      ← words up to `most`, the rest is `rest`
import { isBlank, number, type Row } from './table.ts'

const PLUS = 43,
  MINUS = 45,
  POINT = 46,
  ZERO = 48,
  NINE = 57
/** As many decimal digits are exact in a double. */
const EXACT_DIGITS = 15
const TENS = Array.from({ length: EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits)

/** A class, for functions made for each row would cost more than its numbers. */
export class LineRow implements Row {
  readonly #index: ReadonlyMap<string, number>
  readonly #line: string
  /** NaN where a word is no number. */
  readonly #numbers: number[] = []
  readonly #end: number

  constructor(index: ReadonlyMap<string, number>, line: string, most = Infinity) {
    this.#index = index
    this.#line = line
    let at = skipped(line, 0)
    while (at < line.length && this.#numbers.length < most) {
      const end = wordEnd(line, at)
      this.#numbers.push(decimal(line, at, end))
      at = skipped(line, end)
    }
    this.#end = at
  }

  /** How many words were read. */
  get length(): number {
    return this.#numbers.length
  }

  /** What follows the words that were read. */
  get rest(): string {
    return this.#line.slice(this.#end)
  }

  get hasNumber(): boolean {
    // A row ends with one, and a header with none.
    for (let i = this.#numbers.length - 1; i >= 0; i--) if (!Number.isNaN(this.#numbers[i])) return true
    return false
  }

  text(column: string): string | undefined {
    const place = this.#index.get(column)
    if (place === undefined || place >= this.#numbers.length) return undefined
    let at = skipped(this.#line, 0)
    for (let i = 0; i < place; i++) at = skipped(this.#line, wordEnd(this.#line, at))
    return this.#line.slice(at, wordEnd(this.#line, at))
  }

  number(column: string): number | undefined {
    const place = this.#index.get(column)
    const value = place === undefined ? undefined : this.#numbers[place]
    return value === undefined || Number.isNaN(value) ? undefined : value
  }
}

function skipped(line: string, from: number): number {
  let at = from
  while (at < line.length && isBlank(line.charCodeAt(at))) at++
  return at
}

function wordEnd(line: string, from: number): number {
  let at = from
  while (at < line.length && !isBlank(line.charCodeAt(at))) at++
  return at
}

/** Digits with at most one point among them → the nearest double, as Number() gives it; NaN for anything else. */
function decimal(line: string, from: number, end: number): number {
  const sign = line.charCodeAt(from)
  const first = sign === MINUS || sign === PLUS ? from + 1 : from
  if (end - first > EXACT_DIGITS) return number(line.slice(from, end)) ?? NaN
  let digits = 0
  let point = -1
  for (let at = first; at < end; at++) {
    const code = line.charCodeAt(at)
    if (code >= ZERO && code <= NINE) digits = digits * 10 + code - ZERO
    else if (code === POINT && point < 0 && at > first && at < end - 1) point = at
    else return NaN
  }
  if (end === first) return NaN
  const value = point < 0 ? digits : digits / (TENS[end - 1 - point] ?? 1)
  return sign === MINUS ? -value : value
}
