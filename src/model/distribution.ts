// Distribution: how often a value fell into each bucket, as a probe counted it in the kernel, with what can be said of it honestly.

/** Values from `low` up to, not including, `high`, in the metric's base unit (seconds, bytes, count). */
export interface Bucket {
  readonly low: number
  readonly high: number
  readonly count: number
}

export interface Distribution {
  readonly kind: 'distribution'
  /** Ascending, without overlap; those between that counted nothing may be left out. */
  readonly buckets: readonly Bucket[]
}

/** A number that lies somewhere in a bucket: how far off it may be is part of it. */
export interface Bounded {
  readonly value: number
  readonly low: number
  readonly high: number
}

export function totalOf({ buckets }: Distribution): number {
  return buckets.reduce((total, { count }) => total + count, 0)
}

/**
 * The value below which `share` (0 to 1) of all lie, by the nearest rank: the middle of its bucket; the true one lies between
 * `low` and `high`, the bucket's edges. Undefined when nothing was counted.
 */
export function percentile(distribution: Distribution, share: number): Bounded | undefined {
  const rank = Math.max(1, Math.ceil(totalOf(distribution) * share))
  let seen = 0
  for (const { low, high, count } of distribution.buckets) {
    seen += count
    if (count > 0 && seen >= rank) return { value: middle(low, high), low, high }
  }
  return undefined
}

/** Mean of the bucket middles. */
export function meanOf(distribution: Distribution): number | undefined {
  const total = totalOf(distribution)
  if (total === 0) return undefined
  return distribution.buckets.reduce((sum, { low, high, count }) => sum + middle(low, high) * count, 0) / total
}

/** Buckets of powers of two from values: what the kernel's own histograms do. `unit` is the size of bucket 1 (1e-6: microseconds). */
export function distributionOf(values: Iterable<number>, unit: number): Distribution {
  const counts = new Map<number, number>()
  for (const value of values) {
    const power = value < unit ? -1 : Math.floor(Math.log2(value / unit) + 1e-9)
    counts.set(power, (counts.get(power) ?? 0) + 1)
  }
  const buckets = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([power, count]) => ({ low: power < 0 ? 0 : unit * 2 ** power, high: unit * 2 ** (power + 1), count }))
  return { kind: 'distribution', buckets }
}

/** Several distributions of the same buckets as one. */
export function merged(all: readonly Distribution[]): Distribution {
  const buckets = new Map<string, Bucket>()
  for (const { low, high, count } of all.flatMap((one) => one.buckets)) {
    const key = `${low} ${high}`
    buckets.set(key, { low, high, count: (buckets.get(key)?.count ?? 0) + count })
  }
  return { kind: 'distribution', buckets: [...buckets.values()].sort((a, b) => a.low - b.low) }
}

/**
 * Two modes: the deepest valley that parts the histogram so that each side has a twentieth of all and a peak of at least twice the
 * valley, and the peaks are at least sixteen times apart. The two peak buckets; undefined for one mode or too few values (below 50).
 */
export function modesOf(distribution: Distribution): readonly [Bucket, Bucket] | undefined {
  const total = totalOf(distribution)
  if (total < FEWEST) return undefined
  const buckets = withGaps(distribution.buckets)
  let best: { readonly modes: readonly [Bucket, Bucket]; readonly depth: number } | undefined
  for (const [i, valley] of buckets.entries()) {
    const [left, right] = [highest(buckets.slice(0, i)), highest(buckets.slice(i + 1))]
    if (!left || !right || right.low < Math.max(left.low, left.high / 2) * FURTHER) continue
    const mass = [buckets.slice(0, i), buckets.slice(i + 1)].map((side) =>
      side.reduce((sum, { count }) => sum + count, 0),
    )
    const depth = Math.min(left.count, right.count) / Math.max(valley.count, 1)
    if (mass.every((one) => one >= total / 20) && depth >= 2 && depth > (best?.depth ?? 0))
      best = { modes: [left, right], depth }
  }
  return best?.modes
}

const FEWEST = 50
const FURTHER = 16

function highest(buckets: readonly Bucket[]): Bucket | undefined {
  return buckets.reduce<Bucket | undefined>((most, one) => (most && most.count >= one.count ? most : one), undefined)
}

/** Powers of two that counted nothing are left out by most tools: a valley may be one of them. */
export function withGaps(buckets: readonly Bucket[]): readonly Bucket[] {
  return buckets.flatMap((one, i) => {
    const before = buckets[i - 1]
    return before && one.low > before.high * 1.01 ? [{ low: before.high, high: one.low, count: 0 }, one] : [one]
  })
}

/** Buckets of powers of two span a factor of two: the geometric middle is off by at most √2 either way. */
function middle(low: number, high: number): number {
  return low <= 0 ? high / 2 : Math.sqrt(low * high)
}
