// A condition that comes and goes → rounds of looks until it holds or its time is over. Asked again they go on: an instrument may fail while it is armed.
import type { Expression } from '../expr/index.ts'
import type { Progress } from '../host/host.ts'
import { measure, type Measurement } from '../measure/measure.ts'
import type { Waited } from '../model/escalation.ts'
import { isUnavailable, type Unavailable } from '../model/unavailable.ts'
import { parseQuantity } from '../model/unit.ts'
import type { Performed } from './ask-kernel.ts'
import { judgeInto, lookupIn, programOf, type Session } from './session.ts'

const PROGRESS_MS = 500

export interface Awaited {
  /** Judged in each round. */
  readonly checks: readonly string[]
  /** Measured in each round beside what the checks need. */
  readonly needs: readonly string[]
  readonly condition: Pick<Expression, 'evaluate'>
  readonly everyMs: number
  readonly upToMs: number
}

export interface Rounds {
  /** True when it holds; false when its time is over, or it was stopped. */
  readonly until: (signal: AbortSignal, progress?: Progress) => Promise<boolean>
  /** Why the last look could not tell. */
  readonly blind: () => Unavailable | undefined
  /** How they ended. */
  readonly ended: () => Required<Performed>
}

export function roundsOf({ checks, needs, condition, everyMs, upToMs }: Awaited, session: Session): Rounds {
  const { host } = session.settings
  const all = new Set([...needs, ...needsOf(session, checks)])
  let begun: number | undefined
  let rounds = 0
  let held: boolean | undefined
  let blind: Unavailable | undefined
  const until = async (signal: AbortSignal, progress?: Progress): Promise<boolean> => {
    const from = (begun ??= host.now())
    const told = progress && (() => progress(host.now() - from, upToMs, waited()))
    const timer = told && setInterval(told, PROGRESS_MS)
    try {
      return await lookUntil(from + upToMs, signal)
    } finally {
      clearInterval(timer)
    }
  }
  const waited = (): Waited => ({ doing: 'waiting', looks: rounds, ...(blind ? { unknown: true } : {}) })
  const lookUntil = async (limit: number, signal: AbortSignal): Promise<boolean> => {
    while (held === undefined && !signal.aborted) {
      const started = host.now()
      rounds++
      await measure(all, session.facts, measurementOf(session, signal))
      judgeInto(session, checks)
      const result = condition.evaluate(lookupIn(session))
      if (result === true) return (held = true)
      blind = isUnavailable(result) ? result : undefined
      if (signal.aborted) return false
      // A recording that is over: its clock stands still.
      if (host.kind === 'recorded' && host.now() === started) return (held = false)
      const rest = started + everyMs - host.now()
      if (host.now() + Math.max(0, rest) >= limit) return (held = false)
      if (rest > 0) await host.pause(rest, signal)
    }
    return held === true
  }
  return {
    until,
    blind: () => blind,
    ended: () =>
      held === undefined
        ? { outcome: 'interrupted', because: 'the run was stopped' }
        : { outcome: 'done', because: held ? `held in round ${rounds}` : `did not hold in ${rounds} rounds` },
  }
}

export function secondsOf(text: string): number {
  const quantity = parseQuantity(text)
  return quantity?.dimension === 'seconds' ? quantity.value : 0
}

export function needsOf(session: Session, checks: readonly string[]): Set<string> {
  return new Set(checks.flatMap((id) => programOf(session, id).needs))
}

export function measurementOf({ settings }: Session, signal: AbortSignal, progress?: Progress): Measurement {
  return { ...settings, signal, ...(progress ? { progress } : {}) }
}
