// What was measured → the reading of a probe: its answer as histogram, table or stacks, and one number for each process, disk or other instance.
import type { Answer, Domain, Instance } from '../model/metric.ts'
import type { Reading } from '../model/source.ts'
import { tallyOf, type Row } from '../model/tally.ts'
import { toNanoseconds, type Measured } from './measured.ts'

export type Reader = (measured: Measured) => Reading

/** One metric made of the rows: rows of the same instance are added up. */
export interface ByInstance {
  readonly domain: Domain
  readonly metric: string
  readonly value: 'seconds' | 'count' | 'bytes'
  /** The label that names the instance; the others become its labels. Processes have `pid` and `comm`. */
  readonly name: string
}

/**
 * `answer` is given from the histogram where there is one, else the stacks, else the rows; `table` is a metric of kind events given
 * from the rows as well. A back end that measures less leaves the rest out: it is then not known, not zero.
 */
export function answering(
  answer: string,
  more: { readonly table?: string; readonly by?: readonly ByInstance[] } = {},
): Reader {
  return ({ histogram, stacks, rows }) => {
    const tally = rows && tallyOf(rows.map(rounded))
    const first: Answer | undefined = histogram ?? stacks ?? tally
    const answers: Record<string, Answer> = {}
    if (first) answers[answer] = first
    if (more.table !== undefined && tally) answers[more.table] = tally
    const instances = rows === undefined ? [] : (more.by ?? []).flatMap((one) => instancesOf(rows, one))
    return { answers, ...(instances.length > 0 ? { instances } : {}) }
  }
}

function rounded(row: Row): Row {
  return row.seconds === undefined ? row : { ...row, seconds: toNanoseconds(row.seconds) }
}

function instancesOf(rows: readonly Row[], { domain, metric, value, name }: ByInstance): readonly Instance[] {
  const found = new Map<string, { readonly labels: Readonly<Record<string, string>>; sum: number }>()
  for (const row of rows) {
    const own = row.labels[name]
    const amount = row[value]
    if (own === undefined || amount === undefined) continue
    const before = found.get(own)
    if (before) before.sum += amount
    else found.set(own, { labels: row.labels, sum: amount })
  }
  return [...found]
    .sort(([, a], [, b]) => b.sum - a.sum)
    .slice(0, MOST_INSTANCES)
    .map(([own, { labels, sum }]) => ({ domain, name: own, labels, values: { [metric]: toNanoseconds(sum) } }))
}

/** Who waited least is nobody's culprit; a host may have ten thousand processes. */
const MOST_INSTANCES = 50
