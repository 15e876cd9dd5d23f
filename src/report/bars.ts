// Distribution → lines of a bar plot, its percentiles with the edges of their buckets, and whether it has two modes.
//         4 us to 8 us    340 ██████████████████████████████
//         8 us to 16 us    21 ██
import { modesOf, percentile, totalOf, withGaps, type Bucket, type Distribution } from '../model/distribution.ts'
import { formatQuantity, type Dimension } from '../model/unit.ts'

const WIDTH = 36
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

export function barLines(distribution: Distribution, dimension: Dimension): readonly string[] {
  const buckets = withGaps(distribution.buckets.filter(({ count }) => count > 0))
  const most = Math.max(...buckets.map(({ count }) => count), 1)
  const names = buckets.map((bucket) => span(bucket, dimension))
  const counts = buckets.map(({ count }) => String(count))
  const nameWidth = Math.max(...names.map((name) => name.length), 0)
  const countWidth = Math.max(...counts.map((count) => count.length), 0)
  return buckets.map(({ count }, i) =>
    `${(names[i] ?? '').padStart(nameWidth)}  ${(counts[i] ?? '').padStart(countWidth)} ${bar(count / most)}`.trimEnd(),
  )
}

/** `p50 4 us to 8 us, p90 …, p99 …, longest …`: a percentile of a histogram is known to its bucket, no better. */
export function percentileText(distribution: Distribution, dimension: Dimension): string {
  if (totalOf(distribution) === 0) return 'nothing was counted'
  const named: readonly (readonly [string, number])[] = [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['most', 1],
  ]
  return named
    .flatMap(([name, share]) => {
      const found = percentile(distribution, share)
      return found ? [`${name} ${span(found, dimension)}`] : []
    })
    .join(', ')
}

/** Histograms of sizes are told by their name; all others are times. */
export function dimensionOf(metric: string): Dimension {
  return /size|bytes/.test(metric) ? 'bytes' : /length|depth/.test(metric) ? 'count' : 'seconds'
}

export function modesText(distribution: Distribution, dimension: Dimension): string | undefined {
  const modes = modesOf(distribution)
  return (
    modes &&
    `Two modes: around ${span(modes[0], dimension)} and around ${span(modes[1], dimension)}; a mean would describe neither.`
  )
}

function span({ low, high }: Pick<Bucket, 'low' | 'high'>, dimension: Dimension): string {
  return low <= 0
    ? `below ${formatQuantity(high, dimension)}`
    : `${formatQuantity(low, dimension)} to ${formatQuantity(high, dimension)}`
}

function bar(share: number): string {
  const eighths = Math.round(share * WIDTH * 8)
  // What happened at all is visible.
  return '█'.repeat(eighths >> 3) + (PARTS[eighths & 7] ?? '') || (share > 0 ? '▏' : '')
}
