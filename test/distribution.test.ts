// Distributions: percentiles lie in their bucket, two modes are said only where there are two.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { distributionOf, merged, modesOf, percentile, totalOf, type Distribution } from '../src/model/distribution.ts'
import { barLines, modesText, percentileText } from '../src/report/bars.ts'

const of = (...counts: readonly number[]): Distribution => ({
  kind: 'distribution',
  buckets: counts.map((count, i) => ({ low: 1e-6 * 2 ** i, high: 1e-6 * 2 ** (i + 1), count })),
})

test('the percentile of the values lies within the bucket that is told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-6, max: 100, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1),
      (values, share) => {
        const sorted = [...values].sort((a, b) => a - b)
        const exact = sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1] ?? 0
        const found = percentile(distributionOf(values, 1e-6), share)
        expect(found).toBeDefined()
        expect(exact).toBeGreaterThanOrEqual((found?.low ?? 0) * (1 - 1e-9))
        expect(exact).toBeLessThanOrEqual((found?.high ?? 0) * (1 + 1e-9))
      },
    ),
  )
})

test('merging keeps every value', () => {
  const all = [of(1, 2, 3), of(0, 5), of(7)]
  expect(totalOf(merged(all))).toBe(18)
  expect(merged(all).buckets.map(({ count }) => count)).toEqual([8, 7, 3])
})

test('two modes are said where there are two', () => {
  expect(modesOf(of(100, 500, 300, 50, 5, 0, 0, 2, 60, 200, 80))?.map(({ low }) => low)).toEqual([2e-6, 1e-6 * 2 ** 9])
  expect(modesText(of(100, 500, 300, 50, 5, 0, 0, 2, 60, 200, 80), 'seconds')).toMatch(
    /^Two modes: around 2 us to 4 us and around 512 us/,
  )
})

test.each([
  ['a slope', of(500, 300, 200, 100, 50, 20, 10, 5, 2, 1)],
  ['neighbours', of(500, 300, 100, 500)],
  ['a few outliers', of(500, 300, 200, 0, 0, 0, 0, 0, 0, 0, 3)],
  ['too few to tell', of(10, 0, 0, 0, 0, 0, 0, 0, 10)],
  ['nothing', of()],
])('one mode is not called two: %s', (_, distribution) => {
  expect(modesOf(distribution)).toBeUndefined()
})

test('a plot has a bar for everything that happened, and its gaps', () => {
  const sparse: Distribution = {
    kind: 'distribution',
    buckets: [
      { low: 0, high: 1e-6, count: 3 },
      { low: 4e-6, high: 8e-6, count: 1000 },
    ],
  }
  expect(barLines(sparse, 'seconds')).toEqual([
    '  below 1 us     3 ▏',
    '1 us to 4 us     0',
    `4 us to 8 us  1000 ${'█'.repeat(36)}`,
  ])
  expect(percentileText(sparse, 'seconds')).toBe(
    'p50 4 us to 8 us, p90 4 us to 8 us, p99 4 us to 8 us, most 4 us to 8 us',
  )
  expect(percentileText(of(), 'seconds')).toBe('nothing was counted')
})
