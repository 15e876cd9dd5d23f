// Samples of a gauge → the one number a statistic asks for. Percentiles by the nearest rank: a value that was really seen.
import { meanOf, percentile, type Distribution } from '../model/distribution.ts'
import type { Statistic } from '../model/metric.ts'

/** Samples or a histogram → the number a statistic asks for. */
export function statisticOf(value: readonly number[] | Distribution, name: Statistic): number | undefined {
  return 'buckets' in value ? ofDistribution(value, name) : statistic(value, name)
}

/** A histogram has no order in time: it has no first and no last. */
function ofDistribution(value: Distribution, name: Statistic): number | undefined {
  if (name === 'first' || name === 'last') return undefined
  if (name === 'mean') return meanOf(value)
  return percentile(value, SHARES[name])?.value
}

const SHARES = { min: 0, median: 0.5, p90: 0.9, p99: 0.99, max: 1 } as const

export function statistic(samples: readonly number[], name: Statistic): number | undefined {
  if (samples.length === 0) return undefined
  if (name === 'last') return samples.at(-1)
  if (name === 'first') return samples[0]
  if (name === 'mean') return samples.reduce((total, sample) => total + sample, 0) / samples.length
  const sorted = [...samples].sort((a, b) => a - b)
  if (name === 'min') return sorted[0]
  if (name === 'max') return sorted.at(-1)
  if (name === 'median') return median(sorted)
  return sorted[Math.ceil(sorted.length * (name === 'p90' ? 0.9 : 0.99)) - 1]
}

/** The middle sample, or the mean of the two in the middle. A median above a limit means the limit held in at least half of the samples. */
function median(sorted: readonly number[]): number | undefined {
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (sorted.length % 2 === 1 || upper === undefined) return upper
  return ((sorted[middle - 1] ?? upper) + upper) / 2
}
