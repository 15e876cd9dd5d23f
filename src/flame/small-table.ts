// Stacks one by one, leaf first, from texts of a few megabytes → Stacks.
import type { Stacks } from '../model/stacks.ts'
import { StackTable } from './stack-table.ts'
import { dimensionOf, scaleOf, type WeightUnit } from './weight-unit.ts'

export class SmallTable {
  readonly #table = new StackTable()
  readonly #unit: WeightUnit
  unread = 0

  constructor(unit: WeightUnit) {
    this.#unit = unit
  }

  /** `kernel` of the frames, counted from the leaf, are the kernel's. */
  add(comm: string, leafFirst: readonly string[], kernel: number, weight: number): void {
    const frames = leafFirst.map((name, i) =>
      this.#table.frame(i < kernel && !name.endsWith('_[k]') ? `${name}_[k]` : name),
    )
    const path = Int32Array.of(this.#table.frame(comm.replaceAll(' ', '_')), ...frames.toReversed())
    this.#table.add(path, 0, path.length, weight * scaleOf(this.#unit))
  }

  stacks(): Stacks {
    return this.#table.stacks(dimensionOf(this.#unit), this.unread)
  }
}
