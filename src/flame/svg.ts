// Stacks → a flame graph in one SVG file: names and shares as tooltips; with its script also zoom and search. It fetches nothing.
// The root is at the top: where a reader begins, and the deepest stack does not push it off the screen. Stacks come in order, so only
// the frames of the stack at hand are held.
import type { Stacks } from '../model/stacks.ts'
import { colourClass, colours, type FlameKind } from './palette.ts'
import { pathsOf, type Paths } from './paths.ts'
import { pathsFrom } from './stack-table.ts'
import { SCRIPT } from './svg-script.ts'
import { xml } from './xml.ts'

export interface SvgOptions {
  readonly title: string
  readonly subtitle?: string
  readonly kind?: FlameKind
}

const WIDTH = 1200
const MARGIN = 10
const ROW = 16
/** Narrower frames are not drawn: nobody sees a tenth of a pixel. */
const NARROWEST = 0.1
const LETTER = 7.1
const FEWEST_LETTERS = 3
const HEAD = 68
const FOOT = 10
const MOST_PIECES = 4096

export function toSvg(stacks: Stacks, options: SvgOptions): string {
  const drawing = new Drawing(pathsOf(stacks) ?? pathsFrom(stacks), stacks.dimension)
  const height = HEAD + drawing.rows * ROW + FOOT
  const middle = WIDTH / 2
  const title = xml(options.title)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">`,
    `<style>${style(options.kind ?? 'cpu')}</style>`,
    `<rect class="paper" x="0" y="0" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="${middle}" y="24">${title}</text>`,
    `<text class="sub" x="${middle}" y="42">${xml(options.subtitle ?? '')}</text>`,
    `<text id="reset" class="button off" x="${MARGIN}" y="24" tabindex="0">Reset zoom</text>`,
    `<text id="search" class="button off" x="${WIDTH - MARGIN}" y="24" text-anchor="end" tabindex="0">Search</text>`,
    `<text id="found" class="note" x="${WIDTH - MARGIN}" y="60" text-anchor="end"></text>`,
    `<text id="detail" class="note" x="${MARGIN}" y="60"></text>`,
    '<g id="frames">',
    `${drawing.frames}</g>`,
    `<script><![CDATA[${SCRIPT}]]></script>`,
    '</svg>\n',
  ].join('\n')
}

function style(kind: FlameKind): string {
  return (
    'text{font:12px Verdana,DejaVu Sans,sans-serif;fill:#111}#frames text{pointer-events:none}' +
    '.paper{fill:#fff}.title{font-size:17px;text-anchor:middle}.sub{text-anchor:middle}.off{visibility:hidden}.button{cursor:pointer;text-decoration:underline}' +
    '#frames g:hover rect{stroke:#111;stroke-width:1}#frames .past{opacity:.5}#frames .gone{display:none}#frames .hit rect{fill:#d63cd6}' +
    colours(kind) +
    '@media(prefers-color-scheme:dark){.paper{fill:#16181d}.title,.sub,.button,.note{fill:#ddd}#frames g:hover rect{stroke:#fff}}'
  )
}

class Drawing {
  rows = 1
  /** Pieces of a few hundred frames, joined at once: a string for each frame, made of strings, would be most of the work. */
  #pieces: (string | number)[] = []
  readonly #joined: string[] = []
  readonly #names: readonly string[]
  /** Frame → what is the same wherever it is drawn. */
  readonly #titles: (string | undefined)[]
  readonly #classes: (string | undefined)[]
  /** The stack at hand: its frames, where they begin, how many they are. */
  readonly #open: Int32Array
  readonly #starts: Float64Array
  #depth = 0
  readonly #scale: number
  readonly #total: number
  readonly #amount: (weight: number) => string
  /** The last one drawn: its only caller is as wide. */
  #from = NaN
  #to = NaN
  #share = ''
  #x = NaN
  #width = NaN
  #left = ''
  #right = ''

  constructor({ names, size, frames, starts, depths, shared, weights }: Paths, dimension: Stacks['dimension']) {
    this.#names = names
    this.#titles = Array.from({ length: names.length })
    this.#classes = Array.from({ length: names.length })
    const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0)
    this.#open = new Int32Array(deepest)
    this.#starts = new Float64Array(deepest)
    this.#total = weights.reduce((sum, weight) => sum + weight, 0) || 1
    this.#scale = (WIDTH - 2 * MARGIN) / this.#total
    this.#amount = dimension === 'seconds' ? seconds : samples
    let at = 0
    for (let i = 0; i < size; i++) {
      const same = shared[i] as number
      this.#close(same, at)
      const to = at + (weights[i] as number)
      // What no other stack has is as wide as the stack: of most it is not drawn.
      const narrow = (to - at) * this.#scale < NARROWEST
      const end = narrow ? Math.max(same, shared[i + 1] ?? 0) : (depths[i] as number)
      this.#begin(frames, starts[i] as number, same, end, at)
      at = to
    }
    this.#close(0, at)
    if (at * this.#scale >= NARROWEST) this.#draw('all', title('all'), rectangle('all'), 0, 0, at)
  }

  #begin(frames: Int32Array, start: number, from: number, to: number, at: number): void {
    for (let depth = from; depth < to; depth++) {
      this.#open[depth] = frames[start + depth] as number
      this.#starts[depth] = at
    }
    this.#depth = to
  }

  /** The frames below the first `depth` end at `at`. */
  #close(depth: number, at: number): void {
    for (let row = this.#depth; row > depth; row--) {
      const from = this.#starts[row - 1] as number
      if ((at - from) * this.#scale < NARROWEST) continue
      const frame = this.#open[row - 1] as number
      const name = this.#names[frame] as string
      const head = (this.#titles[frame] ??= title(name))
      this.#draw(name, head, (this.#classes[frame] ??= rectangle(name)), row, from, at)
    }
  }

  #draw(name: string, title: string, rectangle: string, row: number, from: number, to: number): void {
    if (row >= this.rows) this.rows = row + 1
    if (from !== this.#from || to !== this.#to) this.#measure(from, to)
    const y = HEAD + row * ROW
    this.#pieces.push(title, this.#share, rectangle, this.#left, y, this.#right)
    const letters = Math.floor((this.#width - 6) / LETTER)
    if (letters >= FEWEST_LETTERS)
      this.#pieces.push(`<text x="${hundredths(this.#x + 3)}" y="${y + 12}">${label(name, letters)}</text>`)
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
    this.#share = `${this.#amount(to - from)}, ${(((to - from) / this.#total) * 100).toFixed(2)}%)</title>`
    this.#x = hundredths(MARGIN + from * this.#scale)
    this.#width = (to - from) * this.#scale
    this.#left = `${this.#x}" y="`
    this.#right = `" width="${hundredths(this.#width)}" height="${ROW - 1}"/>`
  }
}

function title(name: string): string {
  return `<g><title>${xml(name)} (`
}

function rectangle(name: string): string {
  return `<rect class="${colourClass(name)}" x="`
}

function label(name: string, letters: number): string {
  return xml(name.length <= letters ? name : `${name.slice(0, letters - 2)}..`)
}

function hundredths(pixels: number): number {
  return Math.round(pixels * 100) / 100
}

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
