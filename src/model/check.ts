// Check: one claim about metrics, as its author wrote it (after the schema accepted it), and the words of a status.
import type { Dimension } from './unit.ts'
import type { Domain } from './metric.ts'
import type { OwnMetricDocument } from './own-metric.ts'

export type Status = 'ok' | 'warn' | 'critical' | 'unknown'

/** A threshold: its default (a YAML scalar with a unit), why it is that number, and where the number comes from. */
export interface Param {
  readonly default: string | number
  readonly help: string
  readonly source?: string
}

export interface CheckTest {
  readonly name?: string
  /** Metric id → one value, or samples. `process: [ {name: 12, process.cpu: 90%} ]` gives instances of a domain. */
  readonly given: Readonly<Record<string, unknown>>
  readonly expect: Status
  readonly params?: Readonly<Record<string, string | number>>
  /** What must be named: the finding text or a culprit contains it. */
  readonly names?: string
}

export interface CheckDocument {
  readonly check: string
  /** Cell of the USE matrix, `cpu.saturation`; or `none` with a topic. */
  readonly use: string
  readonly topic?: string
  readonly why: string
  /** `alarm` (default): firing sets the status of the run. `notice`: worth a line, evidence for others, never an alarm of its own. */
  readonly weight?: 'alarm' | 'notice'
  readonly each?: Domain
  /** With `each`: only instances for which this holds are judged. */
  readonly where?: string
  /** Metrics of the team itself, by id. Every check of the library may read them. */
  readonly metrics?: Readonly<Record<string, OwnMetricDocument>>
  readonly params?: Readonly<Record<string, Param>>
  readonly status: { readonly critical?: string; readonly warn?: string }
  /** `process by process.cpu`, `instance`, or a list of such. */
  readonly culprit?: string | readonly string[]
  readonly finding: string
  readonly advice?: string
  /** Ids of checks whose findings are only its symptoms. */
  readonly explains?: readonly string[]
  readonly tests?: readonly CheckTest[]
}

/** A document with its id (from its path) and where it came from. */
export interface Loaded<T> {
  readonly id: string
  readonly file: string
  readonly document: T
}

export interface Cause {
  readonly id: string
  readonly title: string
  /** USE cell or `none`. */
  readonly use: string
  /** What kind of thing is to blame. */
  readonly culprit: string
  readonly family: string
  readonly advice?: CauseAdvice
}

/** In the order they are offered: remove the work, move it, tune, add capacity. Templates as in a finding. */
export interface CauseAdvice {
  readonly remove?: readonly string[]
  readonly move?: readonly string[]
  readonly tune?: readonly KnobAdvice[]
  readonly add?: readonly string[]
}

/** One knob: what to change, its value now (a template), how to change it and how to revert. */
export interface KnobAdvice {
  readonly knob: string
  readonly current?: string
  readonly change: string
  readonly revert: string
  readonly caution?: string
}

/** A declared parameter with its value for this run. */
export interface ParamValue {
  readonly name: string
  readonly value: number
  readonly dimension: Dimension
}
