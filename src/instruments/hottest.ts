// Stacks → the one name that matters: which function of which process most of the weight is in, and its share of what was not idle.
import { plainFrame } from '../flame/index.ts'
import type { Value } from '../model/metric.ts'
import type { Stacks } from '../model/stacks.ts'

export interface Hottest {
  readonly process: string
  /** Innermost frame, without the marks of kernel, inlined or generated code. */
  readonly function: string
  /** Percent of all that was not idle. */
  readonly share: number
}

/** Undefined when nothing was seen. `skip`: frames that say nothing of their own (the scheduler in a stack of waits). */
export function hottest({ stacks, total }: Stacks, skip?: RegExp): Hottest | undefined {
  const weights = new Map<string, { readonly process: string; readonly function: string; weight: number }>()
  for (const { frames, weight } of stacks) {
    const process = frames[0] ?? '?'
    const name = plainFrame(frames.slice(1).findLast((frame) => !skip?.test(plainFrame(frame))) ?? '')
    if (name === '') continue
    const key = `${process}\0${name}`
    const before = weights.get(key)
    if (before) before.weight += weight
    else weights.set(key, { process, function: name, weight })
  }
  const [first] = [...weights.values()].sort((a, b) => b.weight - a.weight)
  return first && total > 0
    ? { process: first.process, function: first.function, share: (100 * first.weight) / total }
    : undefined
}

/** The three metrics of a probe that say where most of the weight is; nothing when there is none. */
export function namingHottest(
  metrics: { readonly function: string; readonly process: string; readonly share: string },
  stacks: Stacks,
  skip?: RegExp,
): Readonly<Record<string, Value>> {
  const top = hottest(stacks, skip)
  return top
    ? {
        [metrics.function]: top.function,
        [metrics.process]: top.process,
        [metrics.share]: Math.round(top.share * 10) / 10,
      }
    : {}
}
