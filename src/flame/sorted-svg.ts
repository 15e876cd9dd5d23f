// Folded lines that are sorted → a flame graph, in two passes: one for the weight of all, one that draws. No stack is kept, and no name is
// looked at of a frame that is too light to be drawn. In sorted lines, what two neighbours do not have in common is never met again, so a
// frame is over when a line differs in it. Only frames that neighbours share are looked for in the text; of the rest, most of it, only its end.
import { alike, markAt } from './byte-table.ts'
import { Canvas, lightest } from './canvas.ts'
import { blankIn, DEEPEST, DELIMITER, weightIn } from './folded.ts'
import { svgOf, type SvgOptions } from './svg.ts'
import { dimensionOf, scaleOf, type WeightUnit } from './weight-unit.ts'
import { LONGEST_LINE, PADDING, WholeLines, type Read } from './whole-lines.ts'

const SEMICOLONS = 0x3b3b3b3b
const LINE_FEED = 10,
  SEMICOLON = 59

/** Opens a file, has it read from its begin, closes it. */
export type Opened = (use: (read: Read) => void) => void

/** Undefined: the lines are not sorted, there are none, or only `foldFolded` can read them. `unread`: lines that are none. */
export function sortedToSvg(
  open: Opened,
  unit: WeightUnit,
  options: SvgOptions,
): { readonly svg: string; readonly unread: number } | undefined {
  const scale = scaleOf(unit)
  const { total, unread } = sumOf(open, scale)
  if (total === 0) return undefined
  const canvas = new Canvas(total, dimensionOf(unit))
  if (!new Sorted(canvas, lightest(total), scale).drawn(open, total)) return undefined
  canvas.all()
  return { svg: svgOf(canvas, options), unread }
}

function sumOf(open: Opened, scale: number): { readonly total: number; readonly unread: number } {
  let total = 0
  let unread = 0
  const lines = new WholeLines((bytes, _, end) => {
    for (let at = 0; at < end;) {
      const feed = bytes.indexOf(LINE_FEED, at)
      const weight = feed > at ? weightIn(bytes, at, blankIn(bytes, at, feed), feed) : 0
      if (weight >= 0) total += weight * scale
      else unread++
      at = feed + 1
    }
  })
  open((read) => lines.fill(read))
  lines.end()
  return { total, unread: unread + lines.dropped }
}

class Sorted {
  readonly #canvas: Canvas
  readonly #least: number
  readonly #scale: number
  #sorted = true
  /** The last line: `#length` bytes from `#at`, then a semicolon; the weight it begins and ends at. */
  readonly #copy = Buffer.alloc(LONGEST_LINE + PADDING)
  readonly #copyView = new DataView(this.#copy.buffer, this.#copy.byteOffset, this.#copy.length)
  #bytes: Buffer = this.#copy
  #view: DataView = this.#copyView
  #at = 0
  #length = -1
  #from = 0
  #to = 0
  /** Frames of the last line that others share: where in the line each ends, and the weight it begins at. */
  readonly #ends = new Int32Array(DEEPEST)
  readonly #froms = new Float64Array(DEEPEST)
  #depth = 0

  constructor(canvas: Canvas, least: number, scale: number) {
    this.#canvas = canvas
    this.#least = least
    this.#scale = scale
  }

  drawn(open: Opened, total: number): boolean {
    const lines = new WholeLines((bytes, view, end) => this.#block(bytes, view, end))
    // Of lines that are not sorted no more is read.
    open((read) => lines.fill((into, at, most) => (this.#sorted ? read(into, at, most) : 0)))
    if (!this.#sorted) return false
    lines.end()
    this.#over(0)
    // A file that somebody wrote to meanwhile.
    return this.#sorted && this.#to === total
  }

  #block(bytes: Buffer, view: DataView, end: number): void {
    for (let at = 0; at < end && this.#sorted;) {
      // What a line has in common with the one before holds no line feed.
      const same = this.#length < 0 ? 0 : alike(this.#view, this.#at, view, at, this.#length + 1)
      const feed = bytes.indexOf(LINE_FEED, at + same)
      if (feed > at) this.#line(bytes, view, at, feed, same)
      at = feed + 1
    }
    if (this.#length < 0) return
    // The buffer is used again.
    this.#bytes.copy(this.#copy, 0, this.#at, this.#at + this.#length + 1)
    this.#bytes = this.#copy
    this.#view = this.#copyView
    this.#at = 0
  }

  /** `common`: bytes that are those of the last line, the number perhaps among them. */
  #line(bytes: Buffer, view: DataView, start: number, end: number, common: number): void {
    const blank = blankIn(bytes, start, end)
    const weight = weightIn(bytes, start, blank, end) * this.#scale
    if (!(weight > 0)) return
    // Then each frame ends alike.
    bytes[blank] = SEMICOLON
    const length = blank - start
    const same = Math.min(common, length)
    if (same < length || length !== this.#length) {
      if (!this.#before(bytes, start, same)) {
        this.#sorted = false
        return
      }
      this.#over(same)
      this.#from = this.#to
    }
    this.#to += weight
    this.#bytes = bytes
    this.#view = view
    this.#at = start
    this.#length = length
  }

  /** What ends where another goes on stands before it. */
  #before(bytes: Buffer, start: number, same: number): boolean {
    return same > this.#length || (this.#bytes[this.#at + same] as number) < (bytes[start + same] as number)
  }

  /** The next line has `same` bytes in common with the last one: the frames that end behind them are over. */
  #over(same: number): void {
    if (this.#length < 0) return
    this.#share(same)
    // What only the last line has is as wide as that: of most nobody asks what it is.
    if (this.#to - this.#from >= this.#least) this.#drawRest()
    for (; this.#depth > 0 && (this.#ends[this.#depth - 1] as number) >= same; this.#depth--) {
      const row = this.#depth
      const from = this.#froms[row - 1] as number
      if (this.#to - from < this.#least) continue
      const name = this.#bytes.toString(
        'utf8',
        this.#at + this.#endOf(row - 1),
        this.#at + (this.#ends[row - 1] as number),
      )
      this.#draw(name, row, from)
    }
  }

  /** Frames that the next line has as well, and no other line had before. */
  #share(same: number): void {
    for (let at = this.#endOf(this.#depth); at < same && this.#depth < DEEPEST;) {
      const end = markAt(this.#view, this.#at + at, SEMICOLONS) - this.#at
      if (end >= same) return
      this.#ends[this.#depth] = end
      this.#froms[this.#depth++] = this.#from
      at = end + 1
    }
  }

  /** Frames that no other line has, the innermost first. */
  #drawRest(): void {
    const start = this.#endOf(this.#depth)
    if (start > this.#length) return
    const names = this.#bytes.toString('utf8', this.#at + start, this.#at + this.#length).split(';')
    for (let i = Math.min(names.length, DEEPEST - this.#depth) - 1; i >= 0; i--)
      this.#draw(names[i] as string, this.#depth + 1 + i, this.#from)
  }

  #draw(name: string, row: number, from: number): void {
    if (DELIMITER.test(name)) this.#sorted = false
    this.#canvas.frame(name, row, from, this.#to)
  }

  /** Where in the line the first `depth` frames and the mark behind them end. */
  #endOf(depth: number): number {
    return depth === 0 ? 0 : (this.#ends[depth - 1] as number) + 1
  }
}
