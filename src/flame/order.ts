// Stacks in any order → each stack once, in the order of its frames, so that those that begin alike stand together.
import type { Stack, Stacks } from '../model/stacks.ts'

/** The same object when it is in order already, as everything folded here is. */
export function inOrder(stacks: Stacks): Stacks {
  const { stacks: all } = stacks
  if (all.every((stack, i) => i === 0 || compare(all[i - 1] as Stack, stack) < 0)) return stacks
  return { ...stacks, stacks: merged([...all].sort(compare)) }
}

function merged(sorted: readonly Stack[]): readonly Stack[] {
  const once: Stack[] = []
  for (const stack of sorted) {
    const last = once.at(-1)
    if (last && compare(last, stack) === 0)
      once[once.length - 1] = { frames: last.frames, weight: last.weight + stack.weight }
    else once.push(stack)
  }
  return once
}

/** How many frames two stacks begin with alike. */
export function shared(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length)
  let i = 0
  while (i < most && a[i] === b[i]) i++
  return i
}

function compare({ frames: a }: Stack, { frames: b }: Stack): number {
  const at = shared(a, b)
  const one = a[at]
  const other = b[at]
  if (one === undefined || other === undefined) return a.length - b.length
  return one < other ? -1 : 1
}
