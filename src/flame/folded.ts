// Folded lines, as stackcollapse-*.pl, bcc's and libbpf-tools' -f print them, in chunks → Stacks. No string is made of a frame seen before.
//   billing-api;__libc_start_main;main;price 12
//   java;start_thread;Lcom/foo/Bar;::baz;-;entry_SYSCALL_64;schedule 1203      ← -d: kernel frames after the dash
import type { Stacks } from '../model/stacks.ts'
import { alike, ByteTable, markAt } from './byte-table.ts'
import type { Folder } from './perf-script.ts'
import { StackTable } from './stack-table.ts'
import { dimensionOf, scaleOf, type WeightUnit } from './weight-unit.ts'
import { WholeLines } from './whole-lines.ts'

export interface FoldedOptions {
  /** What the numbers are; default `count`. */
  readonly unit?: WeightUnit
}

const LINE_FEEDS = 0x0a0a0a0a
const SPACE = 32,
  ZERO = 48,
  SEMICOLON = 59
const SEMICOLONS = 0x3b3b3b3b
export const DEEPEST = 4096
/** More may not be whole numbers. */
const MOST_DIGITS = 15
/** Stands between user and kernel frames. */
export const DELIMITER = /^--?$/

export function foldFolded(options: FoldedOptions = {}): Folder {
  return new FoldedFolder(options.unit ?? 'count')
}

class FoldedFolder implements Folder {
  readonly #unit: WeightUnit
  readonly #lines = new WholeLines((bytes, view, end) => this.#block(bytes, view, end))
  readonly #known = new ByteTable()
  /** Known bytes → number of the frame. */
  readonly #frames: number[] = []
  readonly #table = new StackTable()
  /** Frames of the last line, and how many bytes after its begin each ends. */
  readonly #path = new Int32Array(DEEPEST)
  readonly #ends = new Int32Array(DEEPEST)
  #depth = 0
  /** The dashes that stand between user and kernel frames, and the kernel frames. */
  readonly #delimiters = new Set<number>()
  readonly #kernel = new Map<number, number>()
  #total = 0
  #unread = 0

  constructor(unit: WeightUnit) {
    this.#unit = unit
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk)
  }

  end(): Stacks {
    this.#lines.end()
    return this.#table.stacks(dimensionOf(this.#unit), this.#unread + this.#lines.dropped, this.#total)
  }

  #block(bytes: Buffer, view: DataView, end: number): void {
    this.#depth = 0
    let last = 0
    for (let at = 0; at < end;) {
      // Lines are sorted, mostly: what a line has in common with the last one is known.
      const same = this.#depth === 0 ? 0 : alike(view, last, view, at, (this.#ends[this.#depth - 1] as number) + 1)
      const feed = markAt(view, at + same, LINE_FEEDS)
      if (feed > at) {
        this.#line(bytes, view, at, feed, same)
        last = at
      }
      at = feed + 1
    }
  }

  /** The first `same` bytes are those of the last line. */
  #line(bytes: Buffer, view: DataView, start: number, end: number, same: number): void {
    let depth = 0
    while (depth < this.#depth && (this.#ends[depth] as number) < same) depth++
    this.#depth = 0
    const blank = blankIn(bytes, start, end)
    const weight = weightIn(bytes, start, blank, end)
    if (!(weight >= 0)) {
      this.#unread++
      return
    }
    if (weight === 0) return
    // Then each frame ends alike.
    bytes[blank] = SEMICOLON
    for (let at = depth === 0 ? start : start + (this.#ends[depth - 1] as number) + 1; at <= blank;) {
      const known = this.#known.until(view, at, SEMICOLONS)
      if (known === this.#frames.length) this.#frames.push(this.#frame(bytes.toString('utf8', at, this.#known.end)))
      if (depth < DEEPEST) {
        this.#path[depth] = this.#frames[known] as number
        this.#ends[depth++] = this.#known.end - start
      }
      at = this.#known.end + 1
    }
    this.#depth = depth
    this.#add(weight * scaleOf(this.#unit))
  }

  #frame(name: string): number {
    const frame = this.#table.frame(name)
    if (DELIMITER.test(name)) this.#delimiters.add(frame)
    return frame
  }

  #add(weight: number): void {
    this.#total += weight
    const at = this.#delimiters.size === 0 ? -1 : this.#delimiterAt()
    if (at < 0) this.#table.add(this.#path, 0, this.#depth, weight)
    else {
      const kernel = this.#path.subarray(at + 1, this.#depth).map((frame) => this.#kernelFrame(frame))
      this.#table.add(Int32Array.of(...this.#path.subarray(0, at), ...kernel), 0, this.#depth - 1, weight)
    }
  }

  #delimiterAt(): number {
    return this.#path.subarray(0, this.#depth).findIndex((frame) => this.#delimiters.has(frame))
  }

  #kernelFrame(frame: number): number {
    let marked = this.#kernel.get(frame)
    if (marked === undefined) this.#kernel.set(frame, (marked = this.#table.frame(`${this.#table.name(frame)}_[k]`)))
    return marked
  }
}

/** The last blank of a line: what follows is its number. */
export function blankIn(bytes: Buffer, start: number, end: number): number {
  let blank = end - 1
  while (blank > start && bytes[blank] !== SPACE) blank--
  return blank
}

/** NaN: no number, or nothing before it. */
export function weightIn(bytes: Buffer, start: number, blank: number, end: number): number {
  return blank === start || blank + 1 === end ? NaN : numberOf(bytes, blank + 1, end)
}

function numberOf(bytes: Buffer, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO
    if (digit < 0 || digit > 9 || end - start > MOST_DIGITS) return Number(bytes.toString('latin1', start, end))
    number = number * 10 + digit
  }
  return number
}
