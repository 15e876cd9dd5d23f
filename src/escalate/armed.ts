// A question that waits for something → its trigger, as the host asks it, and what became of the record: good, ended too early, or nothing happened.
import type { Host, Progress, Until } from '../host/host.ts'
import type { Armed } from '../model/escalation.ts'
import type { MetricKind } from '../model/metric.ts'
import type { Observation } from '../model/observation.ts'
import type { Act, BackEnd } from '../model/probe.ts'
import { formatQuantity } from '../model/unit.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

export interface Waiting {
  /** What is waited for, as it was written. */
  readonly text: string
  /** Asked again when an instrument failed and the next one is armed: then it goes on where it was. */
  readonly until: (signal: AbortSignal, progress?: Progress) => Promise<boolean>
  /** Why the last look at it could not tell. */
  readonly blind?: () => Unavailable | undefined
  readonly upToSeconds: number
  /** One look at it takes so long: so far a ring has to reach back. */
  readonly lookSeconds: number
}

const ONLY_NOW = unavailable(
  'not supported',
  'it only measures now: it keeps no past that could be saved when something happens',
)

const STACKS_ONLY_NOW = unavailable(
  'not supported',
  'stacks are gathered from the moment it starts: no instrument here keeps those of the past, to be saved when something happens',
  'ask for them while it happens, up to 60 s: --seconds 60s',
)

/** Why a back end cannot be armed: it has no ring. */
export function cannotWait(kind: MetricKind | undefined): Unavailable {
  return kind === 'stacks' ? STACKS_ONLY_NOW : ONLY_NOW
}

/** Said of back ends that were never tried: what another failed at tells more. */
export function isCannotWait(why: Unavailable | undefined): boolean {
  return why === ONLY_NOW || why === STACKS_ONLY_NOW
}

/** A look begun before the limit ends after it. */
const GRACE_SECONDS = 5

export function mostSeconds({ upToSeconds, lookSeconds }: Waiting): number {
  return Math.ceil(upToSeconds + lookSeconds) + GRACE_SECONDS
}

/** Why a ring would hold nothing of what is waited for by the time it is known. */
export function tooFast(
  { ring }: BackEnd,
  rate: number | undefined,
  { lookSeconds }: Waiting,
): Unavailable | undefined {
  if (ring === undefined || rate === undefined || rate * lookSeconds <= ring) return undefined
  return unavailable(
    'not supported',
    `${Math.round(rate)} events a second overwrite its ring within ${time(ring / rate)}, and one look at what is waited for takes ${time(lookSeconds)}`,
  )
}

export interface Watching {
  readonly until: Until
  /** Of the acts: what is told while it waits comes from who waits. */
  readonly progress: Progress
  /** What became of it, of acts that were performed. */
  readonly end: (acts: readonly Act[], looks: readonly Observation[]) => Ended
}

/** `armed`: it happened, and this is for the report. `why`: there is no record of it. Neither: the row failed before it could wait. */
export interface Ended {
  readonly armed?: Armed
  readonly why?: Unavailable
  readonly quiet?: true
}

export function watching(
  waiting: Waiting,
  host: Pick<Host, 'now'>,
  rate?: number,
  progress: Progress = () => {},
): Watching {
  let known: { readonly happened: boolean; readonly atMs: number } | undefined
  let asked = false
  const counted = rate === undefined ? {} : { eventsPerSecond: Math.round(rate) }
  return {
    progress: () => {
      if (asked && !known) return
      progress(0, waiting.upToSeconds * 1000, { doing: known ? 'reading' : 'arming', looks: 0 })
    },
    until: async (signal) => {
      asked = true
      const happened = await waiting.until(signal, (elapsedMs, totalMs, waited) =>
        progress(elapsedMs, totalMs, { looks: 0, ...waited, doing: 'recording', ...counted }),
      )
      // Who was stopped does not know.
      if (!signal.aborted) known = { happened, atMs: host.now() }
      return happened
    },
    end: (acts, looks) => {
      if (!known) return {}
      if (!known.happened) return { why: didNotHappen(waiting), quiet: true }
      const recorded = looks[acts.findIndex(({ armed }) => armed)]
      const before = recorded ? (known.atMs - recorded.atMs - recorded.elapsedMs) / 1000 : 0
      const halted = before > 0.5 ? `${firstLine(recorded)}, ${time(before)} before it happened` : undefined
      if (halted !== undefined && before > 2 * waiting.lookSeconds) return { why: unavailable('failed', halted) }
      return {
        armed: {
          ...toldOf(waiting),
          ...(recorded ? { waitedSeconds: tenths((known.atMs - recorded.atMs) / 1000) } : {}),
          ...(halted === undefined ? {} : { halted }),
        },
      }
    },
  }
}

export function toldOf({ text, upToSeconds }: Waiting): Armed {
  return { until: text, upToSeconds }
}

/** Not seen is not the same as not there. */
function didNotHappen({ text, upToSeconds, blind }: Waiting): Unavailable {
  const why = blind?.()
  return why
    ? unavailable('not measured', `whether it happened could not be told: ${why.reason}`, why.cure)
    : unavailable('not measured', `it did not happen in ${time(upToSeconds)}: ${text}`)
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function time(seconds: number): string {
  return formatQuantity(seconds, 'seconds')
}

function firstLine(look: Observation | undefined): string {
  return look?.stderr?.split('\n')[0] ?? 'the recording ended'
}
