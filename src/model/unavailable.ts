// Unavailable: why something could not be known, as data. Never thrown; every one ends in the report as `unknown`.

export type UnavailableKind =
  | 'not installed'
  | 'not permitted'
  | 'not supported'
  | 'timed out'
  | 'failed'
  | 'not understood'
  | 'not consented'
  | 'not measured'
  /** Looked, and there was nothing that could have the problem: no reads in the window, no connection tracking. Judged ok, and said. */
  | 'nothing to measure'

export interface Unavailable {
  readonly unavailable: UnavailableKind
  /** One sentence for a person: what exactly was missing. */
  readonly reason: string
  /** What would cure it, if anything would. */
  readonly cure?: string
}

export function unavailable(kind: UnavailableKind, reason: string, cure?: string): Unavailable {
  return cure === undefined ? { unavailable: kind, reason } : { unavailable: kind, reason, cure }
}

export function isUnavailable(value: unknown): value is Unavailable {
  return typeof value === 'object' && value !== null && 'unavailable' in value
}
