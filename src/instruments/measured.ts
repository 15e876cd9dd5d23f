// Measured: what every back end of a probe boils down to, so that one function of the probe makes the reading of all of them.
import { merged, type Distribution } from '../model/distribution.ts'
import type { Stacks } from '../model/stacks.ts'
import type { Row } from '../model/tally.ts'

/** A distribution of those with the same names: of one disk, one operation, one interrupt. */
export interface Part {
  readonly labels: Readonly<Record<string, string>>
  readonly distribution: Distribution
}

export interface Measured {
  /** Of all together. */
  readonly histogram?: Distribution
  readonly parts?: readonly Part[]
  readonly rows?: readonly Row[]
  readonly stacks?: Stacks
  /** Single numbers by name. */
  readonly numbers?: Readonly<Record<string, number>>
}

export const EMPTY: Distribution = { kind: 'distribution', buckets: [] }

/** Parts → the same with the histogram of all. */
export function withTotal(parts: readonly Part[]): Pick<Measured, 'histogram' | 'parts'> {
  return { parts, histogram: merged(parts.map(({ distribution }) => distribution)) }
}

/** Clocks tell nanoseconds: sums of binary fractions are cut there, so that equal logs give equal texts. */
export function toNanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e9
}
