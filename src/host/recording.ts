// The index of a recorded host as data: what `capture` writes beside the texts, and `recorded` reads. schemas/capture.schema.json.
import type { Observation } from '../model/observation.ts'
import type { Cost } from '../model/report.ts'
import type { Request, Window } from '../model/source.ts'
import type { Unavailable } from '../model/unavailable.ts'

export const INDEX = 'index.json'

/** An observation whose text is in a file of its own. */
export interface RecordedLook extends Omit<Observation, 'text'> {
  readonly kind: Request['kind'] | 'ftrace'
  /** Which call of `look` or `instrument` it answered, from 1: a measurement is replayed as a whole. */
  readonly round: number
  readonly file: string
}

export interface About {
  /** Version that recorded it. */
  readonly tracebook: string
  readonly runbook: string
  readonly target?: string
  readonly window: Window
  /** Why the run ended before its end. */
  readonly interrupted?: string
}

export interface Recording extends About {
  readonly schemaVersion: 1
  /** False when the run never came to its end: what there is can be judged all the same. */
  readonly complete: boolean
  readonly startedAt: string
  readonly elapsedMs: number
  readonly own: readonly number[]
  readonly cost: Cost
  readonly which: Readonly<Record<string, string | Unavailable>>
  /** What was known of the host before, where it was asked for: it decided what was done and what was not. */
  readonly known?: Readonly<Record<string, string>>
  readonly observations: readonly RecordedLook[]
}

/** The same keys in the same order, live and replayed: reports are compared byte by byte. */
export function ordered(look: Observation): Observation {
  const { id, source, tier, argv, paths, atMs, elapsedMs, cpuMs, outcome, exitCode, signal, text, stderr, bytes } = look
  return {
    id,
    source,
    tier,
    ...(argv && { argv }),
    ...(paths && { paths }),
    atMs,
    elapsedMs,
    cpuMs,
    outcome,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    text,
    ...(stderr !== undefined && { stderr }),
    bytes,
  }
}

/**
 * The clock of a recorded run moves with its looks only: it says when the latest one ended. Live and replayed runs then agree
 * on every time in the report.
 */
export function latest(before: number, looks: readonly Pick<Observation, 'atMs' | 'elapsedMs'>[]): number {
  return looks.reduce(
    (time, { atMs, elapsedMs }) => Math.max(time, Math.round((atMs + elapsedMs) * 1000) / 1000),
    before,
  )
}
