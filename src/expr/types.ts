// What an expression may mention (Scope), what it became (Expression), and what is wrong with it (Problem).
import type { Distribution } from '../model/distribution.ts'
import type { Domain, Metric } from '../model/metric.ts'
import type { Quantity } from '../model/unit.ts'
import type { Status } from '../model/check.ts'
import type { Unavailable } from '../model/unavailable.ts'

/** A mistake at characters start..end of the expression's text. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly severity?: 'error' | 'warning'
  readonly start: number
  readonly end: number
}

/** The names an expression may use, and where it stands. */
export interface Scope {
  /**
   * status    a check's condition: metrics and params → yes or no; naked numbers are warned about
   * where     a check's instance filter: metrics and params → yes or no
   * when      a step's condition: statuses of checks (`cpu.busy.firing`), metrics, answers → yes or no
   * template  `${…}` in a text: metrics and params → anything printable
   */
  readonly use: 'status' | 'where' | 'when' | 'template'
  readonly metrics: ReadonlyMap<string, Metric>
  readonly params?: ReadonlyMap<string, Quantity>
  /** Instance domain of the check: its metrics may be read, those of other domains may not. */
  readonly each?: Domain
  /** Check ids whose status may be read (`when`). */
  readonly checks?: ReadonlySet<string>
  /** Answer name → its choices (`when`). */
  readonly answers?: ReadonlyMap<string, readonly string[]>
}

/** Looks a name up while an expression runs; undefined or Unavailable: not known. */
export interface Lookup {
  readonly metric: (id: string) => number | string | readonly number[] | Distribution | Unavailable | undefined
  readonly status?: (check: string) => Status | undefined
  readonly answer?: (name: string) => string | undefined
}

export type Result = boolean | Quantity | string | Unavailable

export interface Expression {
  readonly text: string
  /** Metrics it reads: what must be measured for it. */
  readonly needs: readonly string[]
  /** Checks whose status it reads. */
  readonly checks: readonly string[]
  readonly evaluate: (lookup: Lookup) => Result
}
