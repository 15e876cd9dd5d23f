// The lines of a table → rows whose numbers were read in one pass. Tables have a hundred thousand lines: no string is made of a line
// or a cell before it is asked for as text.
//   1795420253      0      2782    0.99    0.00 …   NORMAL  a name (with spaces      ← words up to `most`, the rest is `rest`
import { isBlank, number, withoutReturns, type Row } from './table.ts'

const LINE_FEED = 10,
  SPACE = 32,
  PLUS = 43,
  MINUS = 45,
  POINT = 46,
  ZERO = 48,
  NINE = 57
/** As many decimal digits are exact in a double. */
const EXACT_DIGITS = 15
const TENS = Array.from({ length: EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits)
/** Numbers of rows that are kept lie together. */
const SMALLEST_PAGE = 64
const LARGEST_PAGE = 8192

/** Goes from whole line to whole line. What follows the last line feed is half a line, whose last number may be cut short. */
export class LineReader {
  readonly #text: string
  #from = 0
  #end = -1
  #numbers = new Float64Array(64)
  #count = 0
  #page = new Float64Array(0)
  #used = 0

  constructor(text: string) {
    this.#text = withoutReturns(text)
  }

  next(): boolean {
    this.#from = this.#end + 1
    this.#end = this.#text.indexOf('\n', this.#from)
    this.#count = 0
    return this.#end >= 0
  }

  get line(): string {
    return this.#text.slice(this.#from, this.#end)
  }

  /** Of the line. */
  get width(): number {
    return this.#end - this.#from
  }

  /** How many words were read. */
  get count(): number {
    return this.#count
  }

  codeAt(place: number): number {
    return this.#text.charCodeAt(this.#from + place)
  }

  endsWith(text: string): boolean {
    return text.length <= this.width && this.#text.startsWith(text, this.#end - text.length)
  }

  /** Number of a word; NaN where it is none, undefined where there is no such word. */
  at(place: number): number | undefined {
    return place < this.#count ? this.#numbers[place] : undefined
  }

  /** Reads the words of the line, at most so many. */
  scan(most = Infinity): void {
    const text = this.#text
    const end = this.#end
    let count = 0
    let at = skipped(text, this.#from)
    while (at < end && count < most) {
      const first = at
      const signed = text.charCodeAt(at) === MINUS || text.charCodeAt(at) === PLUS
      if (signed) at++
      const begun = at
      let digits = 0
      let point = -1
      let whole = true
      for (; at < end; at++) {
        const code = text.charCodeAt(at)
        if (code >= ZERO && code <= NINE) digits = digits * 10 + code - ZERO
        else if (code <= SPACE && isBlank(code)) break
        else if (code === POINT && point < 0) point = at
        else whole = false
      }
      if (count === this.#numbers.length) this.#numbers = longer(this.#numbers)
      this.#numbers[count++] = whole
        ? decimal(text, first, begun, point, at, text.charCodeAt(first) === MINUS ? -digits : digits)
        : NaN
      at = skipped(text, at)
    }
    this.#count = count
  }

  /** A row ends with a number, and a header has none. */
  get hasNumber(): boolean {
    for (let place = this.#count - 1; place >= 0; place--) if (!Number.isNaN(this.#numbers[place])) return true
    return false
  }

  /** The words that were read, to keep. */
  row(index: ReadonlyMap<string, number>): LineRow {
    const count = this.#count
    if (this.#used + count > this.#page.length) {
      this.#page = new Float64Array(Math.max(Math.min(2 * this.#page.length, LARGEST_PAGE), SMALLEST_PAGE, count))
      this.#used = 0
    }
    const first = this.#used
    for (let place = 0; place < count; place++) this.#page[first + place] = this.#numbers[place] ?? NaN
    this.#used += count
    return new LineRow(index, this.#page, first, count, this.#text, this.#from)
  }
}

/** A class, for functions made for each row would cost more than its numbers. */
export class LineRow implements Row {
  readonly #index: ReadonlyMap<string, number>
  readonly #page: Float64Array
  readonly #first: number
  readonly #count: number
  readonly #text: string
  readonly #from: number

  constructor(
    index: ReadonlyMap<string, number>,
    page: Float64Array,
    first: number,
    count: number,
    text: string,
    from: number,
  ) {
    this.#index = index
    this.#page = page
    this.#first = first
    this.#count = count
    this.#text = text
    this.#from = from
  }

  /** What follows the words that were read. */
  get rest(): string {
    return this.#text.slice(this.#word(this.#count), this.#text.indexOf('\n', this.#from))
  }

  text(column: string): string | undefined {
    const place = this.#index.get(column)
    if (place === undefined || place >= this.#count) return undefined
    const at = this.#word(place)
    return this.#text.slice(at, wordEnd(this.#text, at))
  }

  number(column: string): number | undefined {
    const place = this.#index.get(column)
    if (place === undefined || place >= this.#count) return undefined
    const value = this.#page[this.#first + place]
    return value === undefined || Number.isNaN(value) ? undefined : value
  }

  #word(place: number): number {
    let at = skipped(this.#text, this.#from)
    for (let i = 0; i < place; i++) at = skipped(this.#text, wordEnd(this.#text, at))
    return at
  }
}

/** Stops at the line feed, which ends every line there is. */
function skipped(text: string, from: number): number {
  let at = from
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (code === LINE_FEED || !isBlank(code)) return at
  }
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !isBlank(text.charCodeAt(at))) at++
  return at
}

function longer(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(numbers.length * 2)
  copy.set(numbers)
  return copy
}

/** Digits with at most one point among them → the nearest double, as Number() gives it; NaN for anything else. */
function decimal(text: string, first: number, begun: number, point: number, end: number, digits: number): number {
  if (end - begun > EXACT_DIGITS) return number(text.slice(first, end)) ?? NaN
  if (point < 0) return end === begun ? NaN : digits
  return point === begun || point === end - 1 ? NaN : digits / (TENS[end - 1 - point] ?? 1)
}
