// Stacks as numbers, frame by frame from the root → one tree with a weight at each end → Stacks, each once, in order.
import type { Stack, Stacks } from '../model/stacks.ts'
import { doubled } from './byte-table.ts'

const FIRST = 4096
/** A profile of a minute has some hundred thousand. Beyond, a stack is counted where its known part ends: the total stays right. */
const MOST_NODES = 1 << 22
const ROOT = 0

export class StackTree {
  #parents = new Int32Array(FIRST)
  #frames = new Int32Array(FIRST)
  #weights = new Float64Array(FIRST)
  #slots = new Int32Array(FIRST * 2)
  #size = 1
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()

  /** The number of a frame. */
  frame(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    this.#ids.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  /** Below `root`, the first `count` of `frames`, which are leaf first as tools print them. */
  add(root: number, frames: Int32Array, count: number, weight: number): void {
    let node = this.#child(ROOT, root)
    for (let i = count - 1; i >= 0; i--) node = this.#child(node, frames[i] as number)
    this.#weights[node] = (this.#weights[node] as number) + weight
  }

  #child(parent: number, frame: number): number {
    const mask = this.#slots.length - 1
    let slot = place(parent, frame) & mask
    for (; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot] as number
      if (node === 0) break
      if (this.#parents[node] === parent && this.#frames[node] === frame) return node
    }
    if (this.#size >= MOST_NODES) return parent
    const node = this.#size++
    if (node >= this.#parents.length) this.#grow()
    this.#parents[node] = parent
    this.#frames[node] = frame
    this.#slots[slot] = node
    if (this.#size * 2 > this.#slots.length) this.#spread()
    return node
  }

  #grow(): void {
    this.#parents = doubled(this.#parents)
    this.#frames = doubled(this.#frames)
    const weights = new Float64Array(this.#weights.length * 2)
    weights.set(this.#weights)
    this.#weights = weights
  }

  #spread(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let node = 1; node < this.#size; node++) {
      let slot = place(this.#parents[node] as number, this.#frames[node] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = node
    }
    this.#slots = slots
  }

  stacks(dimension: Stacks['dimension'], unread: number): Stacks {
    const { first, next } = this.#children()
    const stacks: Stack[] = []
    const path: number[] = []
    let total = 0
    // Down to the first child, else to the next sibling of the nearest ancestor that has one.
    for (let node = first[ROOT] as number; node !== ROOT;) {
      path.push(this.#frames[node] as number)
      const weight = this.#weights[node] as number
      if (weight > 0) {
        stacks.push({ frames: path.map((frame) => this.#names[frame] as string), weight })
        total += weight
      }
      let to = first[node] as number
      while (to === ROOT && node !== ROOT) {
        path.pop()
        to = next[node] as number
        node = this.#parents[node] as number
      }
      node = to
    }
    return { kind: 'stacks', dimension, total, stacks, unread }
  }

  /** Node → its first child and its next sibling, siblings in the order of their names. */
  #children(): { first: Int32Array; next: Int32Array } {
    const order = this.#names
      .map((_, id) => id)
      .sort((a, b) => ((this.#names[a] as string) < (this.#names[b] as string) ? -1 : 1))
    const ranks = new Int32Array(order.length)
    order.forEach((id, rank) => (ranks[id] = rank))
    const nodes = new Int32Array(this.#size - 1).map((_, i) => i + 1)
    nodes.sort((a, b) => (ranks[this.#frames[b] as number] as number) - (ranks[this.#frames[a] as number] as number))
    const first = new Int32Array(this.#size)
    const next = new Int32Array(this.#size)
    for (const node of nodes) {
      const parent = this.#parents[node] as number
      next[node] = first[parent] as number
      first[parent] = node
    }
    return { first, next }
  }
}

function place(parent: number, frame: number): number {
  const hash = Math.imul(parent, 0x85ebca6b) ^ Math.imul(frame + 1, 0x9e3779b1)
  return hash ^ (hash >>> 15)
}
