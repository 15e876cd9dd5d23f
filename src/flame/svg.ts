// Stacks → a flame graph in one SVG file: names and shares as tooltips; with its script also zoom and search. It fetches nothing.
// The root is at the top: where a reader begins, and the deepest stack does not push it off the screen. Stacks come in order, so only
// the frames of the stack at hand are held.
import type { Stacks } from '../model/stacks.ts'
import { colourClass, colours, type FlameKind } from './palette.ts'
import { inOrder, shared } from './order.ts'
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

export function toSvg(stacks: Stacks, options: SvgOptions): string {
  const drawing = new Drawing(stacks)
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
    ...drawing.frames,
    '</g>',
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
  readonly frames: string[] = []
  rows = 1
  readonly #open: string[] = []
  readonly #starts: number[] = []
  readonly #scale: number
  readonly #total: number
  readonly #amount: (weight: number) => string

  constructor(stacks: Stacks) {
    const ordered = inOrder(stacks).stacks
    this.#total = ordered.reduce((sum, { weight }) => sum + weight, 0) || 1
    this.#scale = (WIDTH - 2 * MARGIN) / this.#total
    this.#amount = stacks.dimension === 'seconds' ? seconds : samples
    let at = 0
    for (const { frames, weight } of ordered) {
      const same = shared(this.#open, frames)
      this.#close(same, at)
      for (let depth = same; depth < frames.length; depth++) {
        this.#open.push(frames[depth] as string)
        this.#starts.push(at)
      }
      at += weight
    }
    this.#close(0, at)
    this.#draw('all', 0, 0, at)
  }

  #close(depth: number, at: number): void {
    while (this.#open.length > depth) {
      const name = this.#open.pop() as string
      this.#draw(name, this.#open.length + 1, this.#starts.pop() as number, at)
    }
  }

  #draw(name: string, row: number, from: number, to: number): void {
    const width = (to - from) * this.#scale
    if (width < NARROWEST) return
    if (row >= this.rows) this.rows = row + 1
    const x = hundredths(MARGIN + from * this.#scale)
    const y = HEAD + row * ROW
    const share = (((to - from) / this.#total) * 100).toFixed(2)
    const title = `<g><title>${xml(name)} (${this.#amount(to - from)}, ${share}%)</title>`
    const rect = `<rect class="${colourClass(name)}" x="${x}" y="${y}" width="${hundredths(width)}" height="${ROW - 1}"/>`
    const letters = Math.floor((width - 6) / LETTER)
    const text =
      letters < FEWEST_LETTERS ? '' : `<text x="${hundredths(x + 3)}" y="${y + 12}">${label(name, letters)}</text>`
    this.frames.push(`${title}${rect}${text}</g>`)
  }
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
  return String(Math.round(weight)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
