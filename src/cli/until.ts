// `probe --until CONDITION` → what it waits for: the checks and metrics of the condition, looked at again and again in windows of --every.
import type { Waiting } from '../escalate/armed.ts'
import { compileExpression, type Expression } from '../expr/index.ts'
import type { Library } from '../load/library.ts'
import type { Metric } from '../model/metric.ts'
import { roundsOf } from '../run/rounds.ts'
import { newSession, programOf, type Settings } from '../run/session.ts'
import { EXIT, Exit } from './exit.ts'

export interface UntilOptions {
  readonly until?: string
  /** Seconds. */
  readonly every?: number
  readonly upTo?: number
}

const EVERY_SECONDS = 1
export const UP_TO_SECONDS = 600

/** Before anything is looked at: a mistake in it costs nothing. */
export function conditionOf(text: string, { checks }: Library, metrics: ReadonlyMap<string, Metric>): Expression {
  const scope = { use: 'when' as const, metrics, checks: new Set(checks.keys()), answers: new Map() }
  const { expression, problems } = compileExpression(text, scope)
  const problem = problems.find(({ severity }) => severity !== 'warning')
  if (expression && !problem) return expression
  const hint = problem?.hint === undefined ? '' : `; ${problem.hint}`
  throw new Exit(EXIT.usage, `--until ${JSON.stringify(text)}: ${problem?.message ?? 'not understood'}${hint}`)
}

/** `told` is called when it begins to wait. */
export function waitingFor(
  condition: Expression,
  { every = EVERY_SECONDS, upTo = UP_TO_SECONDS }: UntilOptions,
  settings: Omit<Settings, 'window'>,
  told: () => void,
): Waiting {
  const session = newSession({ ...settings, window: { intervalMs: 1000, count: every } })
  const needs = [...condition.needs, ...condition.checks.flatMap((id) => programOf(session, id).needs)]
  const unasked = needs.find((id) => !settings.sources.some(({ gives }) => gives.includes(id)))
  if (unasked !== undefined)
    throw new Exit(
      EXIT.usage,
      `--until: ${unasked} takes instrumentation; wait for something that tools and files tell`,
    )
  const { checks } = condition
  const rounds = roundsOf(
    { checks, needs: condition.needs, condition, everyMs: every * 1000, upToMs: upTo * 1000 },
    session,
  )
  return {
    text: condition.text,
    until: (signal, progress) => {
      told()
      return rounds.until(signal, progress)
    },
    blind: rounds.blind,
    upToSeconds: upTo,
    lookSeconds: every,
  }
}
