// Own metric: what a team declares inside a check: a program to run, and which value of its output is meant. Data, no shell, no code.
import type { Metric } from './metric.ts'
import { commandLine } from './observation.ts'
import { parseQuantity, UNITS, type Dimension } from './unit.ts'

/**
 * gauge     read as the window opens and as it closes
 * constant  read once
 * count     a total the program prints: its increase over the window
 * rate      the same, per second
 */
export const OWN_KINDS = ['gauge', 'constant', 'count', 'rate'] as const
export type OwnKind = (typeof OWN_KINDS)[number]

/** One cell of a table with a header line: the column, in the one row where these columns have these texts. */
export interface OwnTable {
  readonly column: string
  readonly where?: Readonly<Record<string, string | number>>
}

export interface OwnMetricDocument {
  /** What the program prints, and so what the metric is: `ms` is a time and is kept in seconds. */
  readonly unit: string
  readonly kind: OwnKind
  readonly help: string
  readonly argv: readonly [string, ...string[]]
  /** Exactly one of these three. */
  readonly match?: string
  readonly json?: string
  readonly table?: OwnTable
}

export interface OwnMetric {
  readonly metric: Metric
  readonly document: OwnMetricDocument
  /** Multiplies what the program prints into the base unit of its dimension. */
  readonly factor: number
  /** The YAML file it is declared in. */
  readonly file: string
}

/** Every unit an own metric may have. */
export const OWN_UNITS: readonly string[] = ['count', ...UNITS, 'text', 'yes/no']

export function ownUnit(unit: string): { readonly factor: number; readonly dimension: Dimension } | undefined {
  if (unit === 'count' || unit === 'text') return { factor: 1, dimension: unit }
  if (unit === 'yes/no') return { factor: 1, dimension: 'flag' }
  const one = UNITS.includes(unit) ? parseQuantity(`1${unit}`) : undefined
  return one && { factor: one.value, dimension: one.dimension }
}

/** Undefined when the unit is none: lint tells of it. */
export function ownMetric(id: string, document: OwnMetricDocument, file: string): OwnMetric | undefined {
  const { unit, kind, help, argv } = document
  const measured = ownUnit(unit)
  if (!measured) return undefined
  const { dimension, factor } = measured
  const metric: Metric = { id, dimension, kind: dimension === 'text' ? 'text' : kind, help, see: commandLine(argv) }
  return { metric, document, factor, file }
}

/** `stats.queues[0].length` → its keys and indexes; undefined when it is no path. */
export function jsonPath(text: string): readonly (string | number)[] | undefined {
  const parts: (string | number)[] = []
  for (let at = 0; at < text.length;) {
    const match = /^(?:\[(\d{1,6})\]|(\.?)([^.[\]\s]+))/.exec(text.slice(at))
    // A key follows a dot, except at the beginning.
    if (!match || (match[3] !== undefined && (match[2] === '') !== (at === 0))) return undefined
    parts.push(match[3] ?? Number(match[1]))
    at += match[0].length
  }
  return parts.length > 0 ? parts : undefined
}
