// What a conclude step that held says, before it is weighed against the others.
import type { Confidence, Finding } from '../model/finding.ts'

export interface Conclusion {
  /** The sentence of the step. */
  readonly text: string
  readonly cause?: string
  /** Findings of the checks its `when` reads that fire. */
  readonly support: readonly Finding[]
  /** Check whose culprit is to be named. */
  readonly blame?: string
  readonly cap?: Confidence
  /** `cpu/conclude-2`. */
  readonly state: string
}
