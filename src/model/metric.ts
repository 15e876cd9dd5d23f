// Metric: the definition of one thing that can be known about a host, and the value a source read for it.
import type { Distribution } from './distribution.ts'
import type { Stacks } from './stacks.ts'
import type { Tally } from './tally.ts'
import type { Dimension } from './unit.ts'

/** What has instances: a metric with `per: 'disk'` has one value per disk. */
export type Domain =
  | 'cpu'
  | 'disk'
  | 'interface'
  | 'process'
  | 'cgroup'
  | 'mount'
  | 'listener'
  | 'peer'
  | 'kernelLog'
  | 'kernelObject'

/**
 * gauge     sampled several times in the window; an expression must name a statistic (`.median`, `.max`, …)
 * rate      a counter's increase divided by the window's elapsed time; never negative
 * count     a counter's increase over the window; one is enough for an error
 * constant  configuration or topology; does not change within a run
 * text      a name
 * histogram a distribution a probe measured; an expression must name a statistic (`.p99`)
 * stacks    call stacks with their weights; events: what happened, one by one. Both are shown, not compared.
 */
export type MetricKind = 'gauge' | 'rate' | 'count' | 'constant' | 'text' | 'histogram' | 'stacks' | 'events'

export interface Metric {
  readonly id: string
  readonly dimension: Dimension
  readonly kind: MetricKind
  readonly per?: Domain
  readonly help: string
  /** A command that shows the same thing to a person. */
  readonly see?: string
}

/** Samples in time order (gauge), one number (rate, count, constant), or a text. */
export type Value = number | string | readonly number[]

/** What a probe answers: of a histogram, of stacks, of events. */
export type Answer = Distribution | Stacks | Tally

/** One instance of a domain with what was read of it. `labels` are names: pid, comm, cgroup, port, device, model. */
export interface Instance {
  readonly domain: Domain
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, Value>>
}

/** Statistics an expression may ask of a gauge. */
export const STATISTICS = ['median', 'max', 'min', 'mean', 'last', 'first', 'p90', 'p99'] as const
export type Statistic = (typeof STATISTICS)[number]
