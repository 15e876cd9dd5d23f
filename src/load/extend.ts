// A runbook that extends another → one with all steps in order and all overrides, so that nothing behind the loader knows of `extends`.
import type { RunbookDocument, Step } from '../model/runbook.ts'
import type { Pointer } from './located.ts'
import { list, record, text } from './page.ts'

/** A step with its place in the file being linted; a step of the extended runbook has none there. */
export interface Placed {
  readonly step: Readonly<Record<string, unknown>>
  readonly at?: Pointer
}

/** Own steps behind their anchors, in the order of the file; without an anchor, or with an unknown one, at the end. */
export function insertSteps(base: readonly Placed[], own: readonly Placed[]): Placed[] {
  const steps = [...base]
  const added = new Map<string, number>()
  for (const placed of own) {
    const anchor = text(placed.step['after'])
    const index = anchor === undefined ? -1 : steps.findIndex(({ step }) => step['id'] === anchor)
    if (anchor === undefined || index < 0) steps.push(placed)
    else {
      const earlier = added.get(anchor) ?? 0
      added.set(anchor, earlier + 1)
      steps.splice(index + 1 + earlier, 0, placed)
    }
  }
  return steps
}

export type Runbooks = ReadonlyMap<string, RunbookDocument | undefined>

/** Steps of a runbook as it runs, those it extends included. A cycle ends where it closes: the linter tells of it. */
export function stepsOf(id: string, runbooks: Runbooks, seen: ReadonlySet<string> = new Set()): readonly Placed[] {
  const document = runbooks.get(id)
  if (!document || seen.has(id)) return []
  const own = list(document.steps).map((step) => ({ step: record(step) }))
  return document.extends === undefined
    ? own
    : insertSteps(stepsOf(document.extends, runbooks, new Set([...seen, id])), own)
}

export function resolveExtends(id: string, runbooks: Runbooks): RunbookDocument | undefined {
  const document = runbooks.get(id)
  if (document?.extends === undefined) return document
  const { extends: _base, ...rest } = document
  const steps = stepsOf(id, runbooks).map(({ step: { after: _anchor, ...step } }) => step as unknown as Step)
  return { ...rest, params: paramsOf(id, runbooks, new Set()), steps }
}

function paramsOf(id: string, runbooks: Runbooks, seen: ReadonlySet<string>): NonNullable<RunbookDocument['params']> {
  const document = runbooks.get(id)
  if (!document || seen.has(id)) return {}
  const base = document.extends === undefined ? {} : paramsOf(document.extends, runbooks, new Set([...seen, id]))
  return { ...base, ...document.params }
}

/** Whether following (or extending) `from` leads back to `target`. */
export function leadsTo(from: string, target: string, runbooks: Runbooks, seen: Set<string> = new Set()): boolean {
  if (from === target) return true
  if (seen.has(from)) return false
  seen.add(from)
  const base = runbooks.get(from)?.extends
  return (
    followed(stepsOf(from, runbooks).map(({ step }) => step)).some((next) => leadsTo(next, target, runbooks, seen)) ||
    (base !== undefined && leadsTo(base, target, runbooks, seen))
  )
}

/** Runbooks that steps follow, groups included. */
export function followed(steps: readonly Readonly<Record<string, unknown>>[]): string[] {
  return steps.flatMap((step) =>
    typeof step['follow'] === 'string' ? [step['follow']] : followed(list(step['steps']).map(record)),
  )
}
