// What a run may do to the kernel: the operator's limits → allowed, to be asked for, or refused with the reason.
import type { Tier } from '../model/observation.ts'
import type { Instrument, Overhead } from '../model/probe.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

export interface Policy {
  /** Most a probe may be predicted to cost. */
  readonly maxOverhead: Overhead
  /** Instruments that may be used; absent: all. */
  readonly instruments?: readonly Instrument[]
  /** No probes between these times of the day (local time of the host, `HH:MM`); may span midnight. */
  readonly quietHours?: readonly { readonly from: string; readonly to: string }[]
  /** After an escalation for a metric, none for the same within this time, from unattended runs. */
  readonly coolDownSeconds?: number
}

/** What holds when the operator says nothing (design §7). */
export const DEFAULT_POLICY: Policy = { maxOverhead: 'low' }

const CLASSES: readonly Overhead[] = ['negligible', 'low', 'medium', 'high']

export function exceeds(overhead: Overhead, most: Overhead): boolean {
  return CLASSES.indexOf(overhead) > CLASSES.indexOf(most)
}

/** Before any probe: why none may run now. `minute`: of the day, 0 to 1439. */
export function refusalOf(allow: Tier, policy: Policy, minute: number): Unavailable | undefined {
  if (allow !== 'trace')
    return unavailable(
      'not consented',
      `it instruments the kernel; only up to tier ${allow} is allowed`,
      '--allow trace',
    )
  const quiet = policy.quietHours?.find(({ from, to }) => within(minute, minuteOf(from), minuteOf(to)))
  return quiet
    ? unavailable('not consented', `the policy wants no probes from ${quiet.from} to ${quiet.to}`)
    : undefined
}

/** `00:00-00:00` is the whole day: who writes it wants quiet. */
function within(minute: number, from: number, to: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
