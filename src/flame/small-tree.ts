// Stacks one by one, leaf first, from texts of a few megabytes → Stacks.
import type { Stacks } from '../model/stacks.ts'
import { StackTree } from './stack-tree.ts'
import { dimensionOf, scaleOf, type WeightUnit } from './weight-unit.ts'

export class SmallTree {
  readonly #tree = new StackTree()
  readonly #unit: WeightUnit
  unread = 0

  constructor(unit: WeightUnit) {
    this.#unit = unit
  }

  /** `kernel` of the frames, counted from the leaf, are the kernel's. */
  add(comm: string, leafFirst: readonly string[], kernel: number, weight: number): void {
    const frames = leafFirst.map((name, i) =>
      this.#tree.frame(i < kernel && !name.endsWith('_[k]') ? `${name}_[k]` : name),
    )
    this.#tree.add(
      this.#tree.frame(comm.replaceAll(' ', '_')),
      Int32Array.from(frames),
      frames.length,
      weight * scaleOf(this.#unit),
    )
  }

  stacks(): Stacks {
    return this.#tree.stacks(dimensionOf(this.#unit), this.unread)
  }
}
