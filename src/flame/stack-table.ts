// Stacks as numbers, frame by frame from the root → each stack once with its weight → Stacks, in order. No array is made of a stack.
import type { Stacks } from '../model/stacks.ts'
import { doubled } from './byte-table.ts'
import { inOrder } from './path-order.ts'
import { stacksOf, type Paths } from './paths.ts'

/** As in ByteTable: rarely outgrown, and what is not touched takes no memory. */
const FIRST = 1 << 16
const FIRST_FRAMES = 1 << 21
/** 64 MiB, half a million stacks of 32 frames. Beyond, a new stack is counted at its root: the total stays right. */
const MOST_FRAMES = 1 << 24
const PRIME = 0x9e3779b1
/** As for names: what stacks there are is decided by whoever runs on the host. */
const SEED = (Math.random() * 2 ** 32) | 0

export class StackTable {
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()
  /** The frames of all stacks, one stack after the other. */
  #frames = new Int32Array(FIRST_FRAMES)
  /** Stack → where its frames begin; they end where the next one's begin. */
  #starts = new Int32Array(FIRST)
  #hashes = new Int32Array(FIRST)
  #weights = new Float64Array(FIRST)
  /** Slot → stack + 1. */
  #slots = new Int32Array(FIRST * 2)
  #size = 0

  /** The number of a frame. */
  frame(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    this.#ids.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  name(frame: number): string {
    return this.#names[frame] as string
  }

  /** A stack is `path[from]`, its root, to `path[to - 1]`. */
  add(path: Int32Array, from: number, to: number, weight: number): void {
    if (!(weight > 0)) return
    const hash = hashed(path, from, to)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const stack = (this.#slots[slot] as number) - 1
      if (stack < 0) {
        if (to - from > 1 && (this.#starts[this.#size] as number) + to - from > MOST_FRAMES)
          this.add(path, from, from + 1, weight)
        else this.#append(path, from, to, weight, hash, slot)
        return
      }
      if (this.#hashes[stack] === hash && this.#same(stack, path, from, to)) {
        this.#weights[stack] = (this.#weights[stack] as number) + weight
        return
      }
    }
  }

  #same(stack: number, path: Int32Array, from: number, to: number): boolean {
    const start = this.#starts[stack] as number
    if ((this.#starts[stack + 1] as number) - start !== to - from) return false
    for (let i = from; i < to; i++) if (this.#frames[start + i - from] !== path[i]) return false
    return true
  }

  #append(path: Int32Array, from: number, to: number, weight: number, hash: number, slot: number): void {
    const start = this.#starts[this.#size] as number
    const end = start + to - from
    while (end > this.#frames.length) this.#frames = doubled(this.#frames)
    for (let i = from; i < to; i++) this.#frames[start + i - from] = path[i] as number
    this.#weights[this.#size] = weight
    this.#hashes[this.#size] = hash
    this.#slots[slot] = ++this.#size
    if (this.#size === this.#starts.length) this.#grow()
    this.#starts[this.#size] = end
  }

  #grow(): void {
    this.#starts = doubled(this.#starts)
    this.#hashes = doubled(this.#hashes)
    const weights = new Float64Array(this.#starts.length)
    weights.set(this.#weights)
    this.#weights = weights
    const slots = new Int32Array(this.#starts.length * 2)
    const mask = slots.length - 1
    for (let stack = 0; stack < this.#size; stack++) {
      let slot = (this.#hashes[stack] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = stack + 1
    }
    this.#slots = slots
  }

  /** `total`: default, the sum of the weights in order. */
  stacks(dimension: Stacks['dimension'], unread: number, total?: number): Stacks {
    const paths = this.paths()
    return stacksOf(paths, dimension, total ?? paths.weights.reduce((sum, weight) => sum + weight, 0), unread)
  }

  paths(): Paths {
    return inOrder({
      names: this.#names,
      size: this.#size,
      frames: this.#frames,
      starts: this.#starts,
      weights: this.#weights,
    })
  }
}

/** Of stacks that were not folded here, in any order. */
export function pathsFrom({ stacks }: Stacks): Paths {
  const table = new StackTable()
  for (const { frames, weight } of stacks) {
    const path = Int32Array.from(frames, (name) => table.frame(name))
    table.add(path, 0, path.length, weight)
  }
  return table.paths()
}

function hashed(path: Int32Array, from: number, to: number): number {
  let hash = SEED
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (path[i] as number), PRIME) ^ (hash >>> 15)
  return hash ^ (hash >>> 16)
}
