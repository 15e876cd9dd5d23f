// Diagnostic: an author's mistake as data: where, what, what was allowed. Collected, never thrown.

export interface Position {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** Characters the caret underlines; at least 1. */
  readonly length: number
}

export interface Diagnostic {
  /** Stable kebab-case name: `unknown-metric`, `duplicate-key`, `unit-mismatch`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly position: Position
  /** The source line the position is in, for the caret. */
  readonly excerpt?: string
  /** What to write instead. */
  readonly hint?: string
}
