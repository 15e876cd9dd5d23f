// Stacks → where the weight is: the functions at the leaves, and the path most of it goes through. For one sentence of a report.
import type { Stack, Stacks } from '../model/stacks.ts'

export interface TopFrame {
  /** Without the suffix that says whose code it is. */
  readonly name: string
  readonly weight: number
  /** Of the weight looked at, 0 … 1. */
  readonly share: number
}

export interface TopFrames {
  /** Weight looked at: of the process, or of all. */
  readonly weight: number
  /** Its share of everything. */
  readonly share: number
  /** Functions that were running, or that waited; heaviest first. */
  readonly leaves: readonly TopFrame[]
  /** From the process down, each frame with at least half of the weight: what the work is for. */
  readonly path: readonly TopFrame[]
}

/** At the leaf of every stack that waits; which code waits is below. */
const SCHEDULER = /^(?:finish_task_switch.*|_*schedule(?:_.*)?|io_schedule.*|preempt_schedule.*)$/
const MOST_LEAVES = 10
const MOST = 0.5

/** The idle loop is no work; a sampler of CPUs sees it all the same. */
const IDLE = /^swapper(?:\/\d+)?$/

export function withoutIdle(stacks: Stacks): Stacks {
  const busy = stacks.stacks.filter(({ frames }) => !IDLE.test(frames[0] ?? ''))
  const idle = stacks.stacks.reduce((sum, { frames, weight }) => sum + (IDLE.test(frames[0] ?? '') ? weight : 0), 0)
  return { ...stacks, stacks: busy, total: stacks.total - idle }
}

export interface TopOptions {
  /** Only stacks whose first frame this is. */
  readonly process?: string
  /** Frames that say nothing of their own; default: the scheduler's, where the weights are time that was waited. */
  readonly skip?: RegExp
}

export function topFrames({ stacks, total, dimension }: Stacks, { process, skip }: TopOptions = {}): TopFrames {
  const quiet = skip ?? (dimension === 'seconds' ? SCHEDULER : undefined)
  const root = process?.replaceAll(' ', '_')
  const own = root === undefined ? stacks : stacks.filter(({ frames }) => frames[0] === root)
  const weight = sum(own)
  return { weight, share: part(weight, total), leaves: leaves(own, weight, quiet), path: path(own, weight) }
}

/** `price_[k]` → `price`; `LazyCompile:*next /srv/app.js:3:7` → `next /srv/app.js:3:7`. */
export function plainFrame(frame: string): string {
  return frame.replace(/_\[[ijk]\]$/, '').replace(/^(?:LazyCompile|Function|Eval|Script|JS):[*~^+]?/, '')
}

/** Names with the weight of all stacks that have them, heaviest first. */
export function heaviest(
  stacks: readonly Stack[],
  nameOf: (stack: Stack) => string,
): readonly (readonly [name: string, weight: number])[] {
  const weights = new Map<string, number>()
  for (const stack of stacks) {
    const name = nameOf(stack)
    weights.set(name, (weights.get(name) ?? 0) + stack.weight)
  }
  return [...weights].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}

function leaves(stacks: readonly Stack[], total: number, skip: RegExp | undefined): readonly TopFrame[] {
  const sorted = heaviest(stacks, ({ frames }) =>
    plainFrame(frames.findLast((frame) => !skip?.test(plainFrame(frame))) ?? ''),
  )
  return sorted.slice(0, MOST_LEAVES).map(([name, weight]) => ({ name, weight, share: part(weight, total) }))
}

function path(stacks: readonly Stack[], total: number): readonly TopFrame[] {
  const found: TopFrame[] = []
  for (let depth = 0, below = stacks; ; depth++) {
    const heavy = [...byFrame(below, depth)].find(([, those]) => sum(those) >= MOST * total)
    if (!heavy || total === 0) return found
    below = heavy[1]
    found.push({ name: plainFrame(heavy[0]), weight: sum(below), share: part(sum(below), total) })
  }
}

function byFrame(stacks: readonly Stack[], depth: number): Map<string, Stack[]> {
  const groups = new Map<string, Stack[]>()
  for (const stack of stacks) {
    const frame = stack.frames[depth]
    if (frame === undefined) continue
    const group = groups.get(frame)
    if (group) group.push(stack)
    else groups.set(frame, [stack])
  }
  return groups
}

function sum(stacks: readonly Stack[]): number {
  return stacks.reduce((all, { weight }) => all + weight, 0)
}

function part(weight: number, total: number): number {
  return total > 0 ? weight / total : 0
}
