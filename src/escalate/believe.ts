// What an instrument answered, and what the kernel's own counter did meanwhile → whether it is believed.
import { totalOf } from '../model/distribution.ts'
import type { Answer } from '../model/metric.ts'
import type { Observation } from '../model/observation.ts'
import type { BackEnd, Probe } from '../model/probe.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

/** Events that cannot all have been missed by chance. */
const MANY = 20

export interface Seen {
  readonly answer: Answer | undefined
  readonly looks: readonly Observation[]
  /** How far the control's counter moved meanwhile; undefined: it has none, or could not be read. */
  readonly moved: number | undefined
  /** Events the pre-flight foretold. */
  readonly expected?: number | undefined
}

/**
 * An instrument that says all was well and nothing happened, while the kernel's own counter moved, is broken (law 11). The counter also
 * moves while the instrument starts: when the pre-flight saw hardly an event (`expected`: its rate times the seconds), an empty answer is believed.
 */
export function disbelief({ control, answersEach }: Probe, backEnd: BackEnd, seen: Seen): Unavailable | undefined {
  const { answer, looks, moved, expected } = seen
  if (!answer) return unavailable('not understood', `${backEnd.id} printed no answer`)
  if (sizeOf(answer) > 0) return undefined
  if (backEnd.finished?.(looks) === false)
    return unavailable(
      'failed',
      `broken instrument: ${backEnd.id} saw nothing, and did not come to the end of its program`,
    )
  if (answersEach && (expected ?? 0) >= MANY)
    return unavailable(
      'failed',
      `broken instrument: ${backEnd.id} saw nothing, where some ${Math.round(expected ?? 0)} events were to be expected`,
    )
  if (!control) return undefined
  if (moved === undefined)
    return unavailable(
      'not understood',
      `${backEnd.id} saw nothing, and no counter says whether there was something to see`,
    )
  return moved >= control.least && (expected ?? control.least) >= control.least
    ? unavailable(
        'failed',
        `broken instrument: ${backEnd.id} saw nothing, while the kernel counted ${moved} ${control.of}`,
      )
    : undefined
}

export function sizeOf(answer: Answer | undefined): number {
  if (!answer) return 0
  return answer.kind === 'distribution' ? totalOf(answer) : answer.total
}
