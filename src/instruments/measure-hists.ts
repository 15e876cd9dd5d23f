// What hist triggers counted, and the question they were made from → histogram and rows.
import { merged, type Bucket } from '../model/distribution.ts'
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { files } from '../parse/files.ts'
import { plain, powerOf, readHists, type Hist, type HistEntry } from './hist-text.ts'
import { EMPTY, withTotal, type Measured, type Part } from './measured.ts'
import type { Counts, Pairs, Question } from './question.ts'

const MICROSECOND = 1e-6
const LOG2 = /\.log2$/

export function measureHists(text: string, question: Question): Measured | Unavailable {
  // Of pairs only the synthetic event's: those of the ends themselves are keys of what was awaited.
  const own = [...files(text)].filter(([path]) => question.kind !== 'pairs' || path.includes('synthetic'))
  const hists = own.flatMap(([, file]) => readHists(file))
  if (hists.length === 0) return unavailable('not understood', 'what the instance gave are no histograms')
  const shaped = hists.filter(({ keys }) => keys.some((key) => LOG2.test(key)))
  const counted = hists.filter(({ keys }) => !keys.some((key) => LOG2.test(key)))
  const rows = question.kind === 'pairs' ? waits(counted, question) : events(counted, question)
  const unit = question.kind === 'pairs' ? MICROSECOND : question.histogram?.unit
  const parts = unit === undefined ? undefined : shaped.map((hist) => partsOf(hist, unit, question.labels))
  if (parts?.includes(undefined)) return unavailable('not understood', 'a histogram with a key that is no power of two')
  const found = parts?.flatMap((one) => one ?? [])
  return {
    ...(found === undefined ? {} : found.length === 0 ? { histogram: EMPTY, parts: [] } : withTotal(found)),
    ...(counted.length > 0 ? { rows } : {}),
  }
}

/** Entries of the same other keys are one distribution; the kernel sorts them by how often they were hit. */
function partsOf(hist: Hist, unit: number, names: Pairs['labels']): readonly Part[] | undefined {
  const number = hist.keys.find((key) => LOG2.test(key)) ?? ''
  const found = new Map<string, { readonly labels: Record<string, string>; readonly buckets: Bucket[] }>()
  for (const { keys, values } of hist.entries) {
    const range = powerOf(keys.get(plain(number)))
    if (range === undefined) return undefined
    const labels = named(
      [...keys].filter(([name]) => name !== plain(number)),
      names,
    )
    const key = Object.values(labels).join('\0')
    const part = found.get(key) ?? { labels, buckets: [] }
    part.buckets.push({ low: range.low * unit, high: range.high * unit, count: values.get('hitcount') ?? 0 })
    found.set(key, part)
  }
  return [...found.values()].map(({ labels, buckets }) => ({
    labels,
    // Two keys may stand for one bucket.
    distribution: merged([{ kind: 'distribution', buckets }]),
  }))
}

function waits(hists: readonly Hist[], { labels }: Pairs): readonly Row[] {
  return hists.flatMap(({ entries }) =>
    entries.map(({ keys, values }) => ({
      labels: named([...keys], labels),
      count: values.get('hitcount') ?? 0,
      seconds: (values.get('lat') ?? 0) * MICROSECOND,
    })),
  )
}

function events(hists: readonly Hist[], question: Counts): readonly Row[] {
  return hists.flatMap(({ keys: names, entries }) => entries.map((entry) => rowOf(names.map(plain), entry, question)))
}

function rowOf(names: readonly string[], { keys, values }: HistEntry, question: Counts): Row {
  const labels = Object.entries(question.labels).map(([name, label], i) => {
    const value = keys.get(names[i] ?? '') ?? ''
    // `bash            [      4211]`: the name of who ran, as .execname prints it.
    const own = label.field === '@comm' ? value.replace(/\s*\[\s*\d+\]$/, '') : value
    return [name, label.names?.[own] ?? own]
  })
  const sum = (of: { readonly field: string; readonly unit: number } | undefined) => {
    const value = of === undefined ? undefined : values.get(of.field)
    return value === undefined || of === undefined ? undefined : value * of.unit
  }
  const seconds = sum(question.seconds)
  const bytes = sum(question.bytes)
  return {
    labels: Object.fromEntries(labels),
    count: values.get('hitcount') ?? 0,
    ...(seconds === undefined ? {} : { seconds }),
    ...(bytes === undefined ? {} : { bytes }),
  }
}

function named(keys: readonly (readonly [string, string])[], labels: Pairs['labels']): Record<string, string> {
  return Object.fromEntries(keys.map(([name, value]) => [name, labels?.[name]?.names?.[value] ?? value]))
}
