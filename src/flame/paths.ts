// Stacks as numbers, in order, for what draws them; the arrays of names that everybody else reads are made when they are asked for.
import type { Stack, Stacks } from '../model/stacks.ts'

/** Each stack once, in the order of the names of its frames, so that those that begin alike stand together. */
export interface Paths {
  readonly names: readonly string[]
  readonly size: number
  /** Of all stacks: those of stack i are `frames[starts[i]]` and the next, `depths[i]` of them, root first. */
  readonly frames: Int32Array
  readonly starts: Int32Array
  readonly depths: Int32Array
  /** How many frames a stack has in common with the one before it. */
  readonly shared: Int32Array
  readonly weights: Float64Array
}

const numbers = new WeakMap<Stacks, Paths>()

export function stacksOf(paths: Paths, dimension: Stacks['dimension'], total: number, unread: number): Stacks {
  let made: readonly Stack[] | undefined
  const stacks: Stacks = {
    kind: 'stacks',
    dimension,
    total,
    get stacks() {
      return (made ??= withNames(paths))
    },
    unread,
  }
  numbers.set(stacks, paths)
  return stacks
}

/** Undefined: not folded here, or changed since. */
export function pathsOf(stacks: Stacks): Paths | undefined {
  return numbers.get(stacks)
}

function withNames({ names, size, frames, starts, depths, weights }: Paths): readonly Stack[] {
  return Array.from({ length: size }, (_, i) => {
    const start = starts[i] as number
    const own = Array.from(
      { length: depths[i] as number },
      (_, depth) => names[frames[start + depth] as number] as string,
    )
    return { frames: own, weight: weights[i] as number }
  })
}
