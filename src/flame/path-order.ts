// Stacks as numbers in any order → in the order their folded lines have when they are sorted by their bytes; a stack before those that go on
// from it. A merge sort that knows how many frames a stack has in common with the last one taken: whichever has more is next, and only where
// both have as many are frames compared, from there on.
import type { Paths } from './paths.ts'

/** Each stack once; frames of stack i up to where those of the next begin. */
export interface Unordered {
  readonly names: readonly string[]
  readonly size: number
  readonly frames: Int32Array
  readonly starts: Int32Array
  readonly weights: Float64Array
}

/** Numbers of stacks, and what each has in common with the one before. */
interface Sequence {
  readonly order: Int32Array
  readonly shared: Int32Array
}

export function inOrder(all: Unordered): Paths {
  const { names, size, frames, starts, weights } = all
  const { order, shared } = sorted(all)
  const ordered = { starts: order, depths: new Int32Array(size), weights: new Float64Array(size) }
  for (let i = 0; i < size; i++) {
    const stack = order[i] as number
    const start = starts[stack] as number
    ordered.starts[i] = start
    ordered.depths[i] = (starts[stack + 1] as number) - start
    ordered.weights[i] = weights[stack] as number
  }
  return { names, size, frames, shared, ...ordered }
}

function sorted(all: Unordered): Sequence {
  const { size } = all
  const sorter = new Sorter(all)
  let from: Sequence = { order: new Int32Array(size), shared: new Int32Array(size) }
  let to: Sequence = { order: new Int32Array(size), shared: new Int32Array(size) }
  // What is in order already is the first to be merged.
  let runs = [0]
  for (let i = 1; i < size; i++) {
    from.order[i] = i
    const same = sorter.common(i - 1, i, 0)
    if (sorter.before(i - 1, i, same)) from.shared[i] = same
    else runs.push(i)
  }
  while (runs.length > 1) {
    for (let i = 0; i < runs.length; i += 2)
      sorter.merge(from, to, runs[i] as number, runs[i + 1] ?? size, runs[i + 2] ?? size)
    runs = runs.filter((_, i) => i % 2 === 0)
    ;[from, to] = [to, from]
  }
  return from
}

class Sorter {
  readonly #frames: Int32Array
  readonly #starts: Int32Array
  readonly #ranks: Int32Array

  constructor({ names, frames, starts }: Unordered) {
    this.#frames = frames
    this.#starts = starts
    this.#ranks = ranked(names)
  }

  /** How many frames both begin with, when it is known of the first `least`. */
  common(a: number, b: number, least: number): number {
    const i = this.#starts[a] as number
    const j = this.#starts[b] as number
    const most = Math.min((this.#starts[a + 1] as number) - i, (this.#starts[b + 1] as number) - j)
    let same = least
    while (same < most && this.#frames[i + same] === this.#frames[j + same]) same++
    return same
  }

  /** Whether `a` stands before `b`, when both begin with `same` frames and no more: what ends there does, else the name decides. */
  before(a: number, b: number, same: number): boolean {
    const i = (this.#starts[a] as number) + same
    const j = (this.#starts[b] as number) + same
    if (i === this.#starts[a + 1] || j === this.#starts[b + 1]) return i === this.#starts[a + 1]
    return (this.#ranks[this.#frames[i] as number] as number) < (this.#ranks[this.#frames[j] as number] as number)
  }

  /** `from[start … middle - 1]` and `from[middle … end - 1]` → `to[start … end - 1]`. */
  merge(from: Sequence, to: Sequence, start: number, middle: number, end: number): void {
    let i = start
    let j = middle
    // What the next of each side has in common with the last one taken; -1: there is no next.
    let one = 0
    let other = j < end ? 0 : -1
    for (let at = start; at < end; at++) {
      to.shared[at] = Math.max(one, other)
      let first = one > other
      if (one === other) {
        const a = from.order[i] as number
        const b = from.order[j] as number
        const same = this.common(a, b, one)
        first = this.before(a, b, same)
        if (first) other = same
        else one = same
      }
      to.order[at] = from.order[first ? i++ : j++] as number
      if (first) one = i < middle ? (from.shared[i] as number) : -1
      else other = j < end ? (from.shared[j] as number) : -1
    }
  }
}

/** Frame → its place among all names in order. In a line each ends with a semicolon: `fork.c` stands before `fork`. */
function ranked(names: readonly string[]): Int32Array {
  const keys = names.map((name) => Buffer.from(`${name};`).toString('latin1'))
  const order = names.map((_, frame) => frame)
  order.sort((a, b) => ((keys[a] as string) < (keys[b] as string) ? -1 : 1))
  const ranks = new Int32Array(names.length)
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank] as number] = rank
  return ranks
}
