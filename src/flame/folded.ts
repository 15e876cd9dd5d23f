// Folded lines, as stackcollapse-*.pl, bcc's and libbpf-tools' -f print them, in chunks → Stacks. No string is made of a frame seen before.
//   billing-api;__libc_start_main;main;price 12
//   java;start_thread;Lcom/foo/Bar;::baz;-;entry_SYSCALL_64;schedule 1203      ← -d: kernel frames after the dash
import type { Stack, Stacks } from '../model/stacks.ts'
import { ByteTable, markAt } from './byte-table.ts'
import { inOrder } from './order.ts'
import type { Folder } from './perf-script.ts'
import { dimensionOf, scaleOf, type WeightUnit } from './weight-unit.ts'
import { WholeLines } from './whole-lines.ts'

export interface FoldedOptions {
  /** What the numbers are; default `count`. */
  readonly unit?: WeightUnit
}

const LINE_FEEDS = 0x0a0a0a0a
const SPACE = 32,
  SEMICOLON = 59
const SEMICOLONS = 0x3b3b3b3b
const DEEPEST = 4096
const DELIMITER = /^--?$/

export function foldFolded(options: FoldedOptions = {}): Folder {
  return new FoldedFolder(options.unit ?? 'count')
}

class FoldedFolder implements Folder {
  readonly #unit: WeightUnit
  readonly #lines = new WholeLines((bytes, view, end) => this.#block(bytes, view, end))
  readonly #frames = new ByteTable()
  readonly #names: string[] = []
  readonly #path = new Int32Array(DEEPEST)
  /** Where a dash stands between user and kernel frames. */
  readonly #delimiters = new Set<string>()
  readonly #stacks: Stack[] = []
  #unread = 0

  constructor(unit: WeightUnit) {
    this.#unit = unit
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk)
  }

  end(): Stacks {
    this.#lines.end()
    const stacks = this.#delimiters.size > 0 ? this.#stacks.map((stack) => this.#kernelMarked(stack)) : this.#stacks
    const total = stacks.reduce((sum, { weight }) => sum + weight, 0)
    return inOrder({
      kind: 'stacks',
      dimension: dimensionOf(this.#unit),
      total,
      stacks,
      unread: this.#unread + this.#lines.dropped,
    })
  }

  #block(bytes: Buffer, view: DataView, end: number): void {
    for (let at = 0; at < end;) {
      const feed = markAt(view, at, LINE_FEEDS)
      if (feed > at) this.#line(bytes, view, at, feed)
      at = feed + 1
    }
  }

  #line(bytes: Buffer, view: DataView, start: number, end: number): void {
    let blank = end - 1
    while (blank > start && bytes[blank] !== SPACE) blank--
    const weight = Number(bytes.toString('latin1', blank + 1, end))
    if (blank === start || blank + 1 === end || !(weight >= 0)) {
      this.#unread++
      return
    }
    if (weight === 0) return
    // Then each frame ends alike.
    bytes[blank] = SEMICOLON
    let depth = 0
    for (let at = start; at <= blank; at = this.#frames.end + 1) {
      const id = this.#frames.until(view, at, SEMICOLONS)
      if (id === this.#names.length) this.#name(bytes.toString('utf8', at, this.#frames.end))
      if (depth < DEEPEST) this.#path[depth++] = id
    }
    // Of its length at once: an array that grows is copied again and again.
    const frames = Array.from({ length: depth }, (_, i) => this.#names[this.#path[i] as number] as string)
    this.#stacks.push({ frames, weight: weight * scaleOf(this.#unit) })
  }

  #name(name: string): void {
    this.#names.push(name)
    if (DELIMITER.test(name)) this.#delimiters.add(name)
  }

  #kernelMarked({ frames, weight }: Stack): Stack {
    const at = frames.findIndex((name) => this.#delimiters.has(name))
    if (at < 0) return { frames, weight }
    return { frames: [...frames.slice(0, at), ...frames.slice(at + 1).map((name) => `${name}_[k]`)], weight }
  }
}
