// What a SystemTap script of ours prints → histogram, parts and rows. It says when it began and when all of it is there.
//   begin
//   part	vda	W                               names of the table that follows; absent where there is but one
//   value |-------------------------------------------------- count
//      16 |@@@@@@@@                                             83
//   row	210	1440912	4211	dd                  count, sum, labels: the last may hold anything
//   end
import type { Bucket } from '../model/distribution.ts'
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { EMPTY, withTotal, type Measured, type Part } from './measured.ts'

export interface StapOutput {
  /** What one of the numbers of `@hist_log` is in the base unit; absent: it prints no histogram. */
  readonly unit?: number
  readonly parts?: readonly string[]
  /** Labels of the rows, in the order they are printed. */
  readonly labels?: readonly string[]
  /** What the sum of a row is: `{ is: 'seconds', unit: 1e-6 }`; absent: rows only count, and the sum is 0. */
  readonly sum?: { readonly is: 'seconds' | 'bytes'; readonly unit: number }
}

const BUCKET = /^ *(-?\d+) \|@* +(\d+)$/

export function readStap(text: string, output: StapOutput): Measured | Unavailable {
  const lines = text.split('\n')
  if (!lines.includes('begin') || !lines.includes('end'))
    return unavailable('not understood', 'the script did not print all of its results')
  const { unit } = output
  const parts = unit === undefined ? undefined : partsOf(lines, unit, output.parts)
  const rows = output.labels && lines.flatMap((line) => rowOf(line, output.labels ?? [], output.sum))
  return {
    ...(parts === undefined ? {} : parts.length === 0 ? { histogram: EMPTY, parts: [] } : withTotal(parts)),
    ...(rows === undefined ? {} : { rows }),
  }
}

function partsOf(lines: readonly string[], unit: number, names: readonly string[] = []): readonly Part[] {
  const parts: Part[] = []
  let labels: Record<string, string> = {}
  let buckets: Bucket[] = []
  for (const line of lines) {
    if (line.startsWith('part\t')) {
      const values = line.split('\t').slice(1)
      labels = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']))
    } else if (/^ *value \|-+ count$/.test(line)) {
      buckets = []
      parts.push({ labels, distribution: { kind: 'distribution', buckets } })
    } else {
      const [, value, count] = BUCKET.exec(line) ?? []
      const low = Math.max(0, Number(value))
      if (value !== undefined && Number(count) > 0)
        buckets.push({ low: low * unit, high: Math.max(1, low * 2) * unit, count: Number(count) })
    }
  }
  return parts
}

function rowOf(line: string, labels: readonly string[], sum: StapOutput['sum']): Row[] {
  const [kind, count, total, ...rest] = line.split('\t')
  if (kind !== 'row' || !/^\d+$/.test(count ?? '') || !/^\d+$/.test(total ?? '') || rest.length < labels.length)
    return []
  const values = [...rest.slice(0, labels.length - 1), rest.slice(labels.length - 1).join('\t')]
  return [
    {
      labels: Object.fromEntries(labels.map((label, i) => [label, values[i] ?? ''])),
      count: Number(count),
      ...(sum === undefined ? {} : { [sum.is]: Number(total) * sum.unit }),
    },
  ]
}
