// Samples of a gauge → the one number a statistic asks for. Percentiles by the nearest rank: a value that was really seen.
import type { Statistic } from '../model/metric.ts'

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
