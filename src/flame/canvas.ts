// Rectangles of frames → the middle of an SVG: each with its name, share and colour. What a frame looks like is here and nowhere else.
import type { Stacks } from '../model/stacks.ts'
import { colourClass } from './palette.ts'
import { xml } from './xml.ts'

export const WIDTH = 1200
export const MARGIN = 10
export const HEAD = 68
export const ROW = 16
/** Narrower frames are not drawn: nobody sees a tenth of a pixel. */
const NARROWEST = 0.1
const LETTER = 7.1
const FEWEST_LETTERS = 3
const MOST_PIECES = 4096

/** Of `total`, what is not drawn is lighter than this. */
export function lightest(total: number): number {
  return (NARROWEST * total) / (WIDTH - 2 * MARGIN)
}

export class Canvas {
  rows = 1
  /** Pieces of a few hundred frames, joined at once: a string for each frame, made of strings, would be most of the work. */
  #pieces: string[] = []
  readonly #joined: string[] = []
  /** Name → what is the same wherever it is drawn. */
  readonly #heads = new Map<string, string>()
  readonly #rows: string[] = []
  readonly #total: number
  readonly #scale: number
  readonly #amount: (weight: number) => string
  /** The last one drawn: its only caller is as wide. */
  #from = NaN
  #to = NaN
  /** Hundredths of a pixel. */
  #x = NaN
  #width = NaN
  #left = ''
  #right = ''

  constructor(total: number, dimension: Stacks['dimension']) {
    this.#total = total
    this.#scale = (WIDTH - 2 * MARGIN) / total
    this.#amount = dimension === 'seconds' ? seconds : samples
  }

  /** The row above all. */
  all(): void {
    if (this.#total > 0) this.frame('all', 0, 0, this.#total)
  }

  /** A frame in a row, 1 … , over the weight `from` … `to` of `total`; what is lighter than `lightest` is the caller's to leave out. */
  frame(name: string, row: number, from: number, to: number): void {
    if (row >= this.rows) this.rows = row + 1
    if (from !== this.#from || to !== this.#to) this.#measure(from, to)
    let head = this.#heads.get(name)
    if (head === undefined) this.#heads.set(name, (head = headOf(name)))
    const y = HEAD + row * ROW
    this.#pieces.push(head, this.#left, (this.#rows[row] ??= String(y)), this.#right)
    const letters = Math.floor((this.#width - 6) / LETTER)
    if (letters >= FEWEST_LETTERS)
      this.#pieces.push(`<text x="${decimal(this.#x + 300)}" y="${y + 12}">${label(name, letters)}</text>`)
    this.#pieces.push('</g>\n')
    if (this.#pieces.length > MOST_PIECES) this.#join()
  }

  #join(): void {
    this.#joined.push(this.#pieces.join(''))
    this.#pieces = []
  }

  get frames(): string {
    this.#join()
    return this.#joined.join('')
  }

  #measure(from: number, to: number): void {
    this.#from = from
    this.#to = to
    this.#x = Math.round((MARGIN + from * this.#scale) * 100)
    this.#width = (to - from) * this.#scale
    const share = `${this.#amount(to - from)}, ${percent((to - from) / this.#total)}%`
    this.#left = `${share})</title><rect x="${decimal(this.#x)}" y="`
    this.#right = `" width="${decimal(Math.round(this.#width * 100))}" height="${ROW - 1}"/>`
  }
}

function headOf(name: string): string {
  return `<g class="${colourClass(name)}"><title>${xml(name)} (`
}

function label(name: string, letters: number): string {
  return xml(name.length <= letters ? name : `${name.slice(0, letters - 2)}..`)
}

/** Hundredths → as short as can be. Whole numbers are turned to text in a fifth of the time of fractions. */
function decimal(hundredths: number): string {
  const whole = Math.floor(hundredths / 100)
  const rest = hundredths - whole * 100
  if (rest === 0) return String(whole)
  return rest % 10 === 0 ? `${whole}.${rest / 10}` : `${whole}.${TWO[rest]}`
}

function percent(share: number): string {
  const hundredths = Math.round(share * 10_000)
  const whole = Math.floor(hundredths / 100)
  return `${whole}.${TWO[hundredths - whole * 100]}`
}

const TWO = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

function samples(weight: number): string {
  return `${grouped(weight)} ${weight === 1 ? 'sample' : 'samples'}`
}

function seconds(weight: number): string {
  return weight >= 1 ? `${weight.toFixed(2)} s` : `${(weight * 1000).toFixed(3)} ms`
}

function grouped(weight: number): string {
  const digits = String(Math.round(weight))
  return digits.length > 3 ? digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : digits
}
