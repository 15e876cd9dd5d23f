// Conditions over statuses and answers → whether any outcome makes them all true. What they read of metrics stays open.
import type { Expression } from '../expr/index.ts'
import type { CheckDocument, Status } from '../model/check.ts'
import { record } from './page.ts'

const MOST = 1024
export const STATUSES: readonly Status[] = ['critical', 'warn', 'ok', 'unknown']

export interface Outcomes {
  readonly status: (check: string) => readonly Status[]
  readonly answers: ReadonlyMap<string, readonly string[]>
}

/** Statuses a check can have: those it has a condition for, ok, and unknown. */
export function statusesOf(check: CheckDocument | undefined): readonly Status[] {
  if (!check) return STATUSES
  const status = record(check.status)
  return [...(['critical', 'warn'] as const).filter((name) => name in status), 'ok', 'unknown']
}

/** False only when it is certain: every outcome makes one of the conditions false. */
export function reachable(conditions: readonly Expression[], outcomes: Outcomes): boolean {
  if (conditions.some(({ text }) => /\bknown\b/.test(text))) return true
  const checks = [...new Set(conditions.flatMap((c) => c.checks))]
  const answers = [...outcomes.answers].filter(([name]) => conditions.some((c) => c.text.includes(`answer.${name}`)))
  const wheels: readonly (readonly string[])[] = [
    ...checks.map(outcomes.status),
    ...answers.map(([, choices]) => choices),
  ]
  const total = wheels.reduce((product, wheel) => product * Math.max(1, wheel.length), 1)
  if (total > MOST) return true
  for (let turn = 0; turn < total; turn++) {
    let rest = turn
    const picked = wheels.map((wheel) => {
      const value = wheel[rest % Math.max(1, wheel.length)]
      rest = Math.floor(rest / Math.max(1, wheel.length))
      return value
    })
    const status = (check: string) => STATUSES.find((word) => word === picked[checks.indexOf(check)])
    const lookup = {
      metric: () => undefined,
      status,
      answer: (name: string) => picked[checks.length + answers.findIndex(([other]) => other === name)],
    }
    if (conditions.every((condition) => condition.evaluate(lookup) !== false)) return true
  }
  return false
}

/** Whether it holds when every check it reads is unknown: then it says something nobody saw. */
export function holdsWhenUnknown(condition: Expression): boolean {
  return condition.evaluate({ metric: () => undefined, status: () => 'unknown', answer: () => undefined }) === true
}
