// Stacks → a flame graph in one SVG file: names and shares as tooltips; with its script also zoom and search. It fetches nothing.
// The root is at the top: where a reader begins, and the deepest stack does not push it off the screen. Stacks come in order, so only
// the frames of the stack at hand are held.
import type { Stacks } from '../model/stacks.ts'
import { Canvas, HEAD, lightest, MARGIN, ROW, WIDTH } from './canvas.ts'
import { colours, type FlameKind } from './palette.ts'
import { pathsOf, type Paths } from './paths.ts'
import { pathsFrom } from './stack-table.ts'
import { SCRIPT } from './svg-script.ts'
import { xml } from './xml.ts'

export interface SvgOptions {
  readonly title: string
  readonly subtitle?: string
  readonly kind?: FlameKind
}

const FOOT = 10

export function toSvg(stacks: Stacks, options: SvgOptions): string {
  return svgOf(drawn(pathsOf(stacks) ?? pathsFrom(stacks), stacks.dimension), options)
}

/** The file around what was drawn. */
export function svgOf(canvas: Canvas, options: SvgOptions): string {
  const height = HEAD + canvas.rows * ROW + FOOT
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
    `${canvas.frames}</g>`,
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

function drawn(paths: Paths, dimension: Stacks['dimension']): Canvas {
  const total = paths.weights.reduce((sum, weight) => sum + weight, 0)
  const canvas = new Canvas(total, dimension)
  new Drawing(canvas, paths, lightest(total)).draw()
  canvas.all()
  return canvas
}

class Drawing {
  readonly #canvas: Canvas
  readonly #paths: Paths
  readonly #least: number
  /** The stack at hand: its frames, where they begin, how many they are. */
  readonly #open: Int32Array
  readonly #starts: Float64Array
  #depth = 0

  /** `least`: what is lighter is not drawn. */
  constructor(canvas: Canvas, paths: Paths, least: number) {
    this.#canvas = canvas
    this.#least = least
    this.#paths = paths
    const deepest = paths.depths.reduce((most, depth) => Math.max(most, depth), 0)
    this.#open = new Int32Array(deepest)
    this.#starts = new Float64Array(deepest)
  }

  draw(): void {
    const { size, depths, shared, weights } = this.#paths
    let at = 0
    for (let i = 0; i < size; i++) {
      const same = shared[i] as number
      this.#close(same, at)
      const to = at + (weights[i] as number)
      // What no other stack has is as wide as the stack: of most it is not drawn.
      const end = to - at < this.#least ? Math.max(same, shared[i + 1] ?? 0) : (depths[i] as number)
      this.#begin(i, same, end, at)
      at = to
    }
    this.#close(0, at)
  }

  #begin(stack: number, from: number, to: number, at: number): void {
    const { frames, starts } = this.#paths
    const start = starts[stack] as number
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
      if (at - from >= this.#least)
        this.#canvas.frame(this.#paths.names[this.#open[row - 1] as number] as string, row, from, at)
    }
  }
}
