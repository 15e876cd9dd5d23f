// Histograms as libbpf-tools, bcc and perf-tools print them → distributions with the names above each.
//   disk = vda                                  or  flags = Write  or  pid = 4211 dd  or nothing
//        usecs               : count    distribution
//            0 -> 1          : 233      |***************                         |
import type { Bucket } from '../model/distribution.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { EMPTY, withTotal, type Measured, type Part } from './measured.ts'

const UNITS: Readonly<Record<string, number>> = {
  nsecs: 1e-9,
  nanoseconds: 1e-9,
  usecs: 1e-6,
  microseconds: 1e-6,
  msecs: 1e-3,
  milliseconds: 1e-3,
  secs: 1,
  bytes: 1,
  kbytes: 1024,
}

const HEADER = /^\s*([\w()/ -]+?)\s*: count\s+distribution\s*$/
const BUCKET = /^\s*(\d+)\s*->\s*(\d+)\s*: (\d+)\s*\|[* +]*\|?\s*$/
const NAME = /^\s*([a-z][\w ]*?)\s*(?:=|:)\s*(.+?)\s*$/i

/** `unit`: what the column is called when it is none of ours (`runqlen`: 1). Text without any table: `started` tells whether that is an answer. */
export function readLog2(
  text: string,
  options: { readonly unit?: number; readonly started?: RegExp } = {},
): Measured | Unavailable {
  const parts: Part[] = []
  let labels: Record<string, string> = {}
  let buckets: Bucket[] | undefined
  let unit = 0
  for (const line of text.split('\n')) {
    const [, title] = HEADER.exec(line) ?? []
    const [, low, high, count] = BUCKET.exec(line) ?? []
    if (title !== undefined) {
      const own = UNITS[title.toLowerCase()] ?? options.unit
      if (own === undefined)
        return unavailable('not understood', `a histogram of ${title}, which is no unit that is known`)
      unit = own
      buckets = []
      parts.push({ labels, distribution: { kind: 'distribution', buckets } })
      labels = {}
    } else if (count !== undefined && buckets) {
      // The first is 0 -> 1: both values; the others begin at a power of two.
      const bucket = { low: Number(low) * unit, high: (Number(high) + 1) * unit, count: Number(count) }
      if (bucket.count > 0) buckets.push(bucket)
    } else {
      const [, name, value] = NAME.exec(line) ?? []
      if (name !== undefined && value !== undefined) labels = { ...labels, [name.toLowerCase()]: value }
    }
  }
  if (parts.length > 0)
    return parts.some((part) => Object.keys(part.labels).length > 0)
      ? withTotal(parts)
      : { ...withTotal(parts), parts: [] }
  return options.started?.test(text)
    ? { histogram: EMPTY, parts: [] }
    : unavailable('not understood', 'no histogram was printed')
}
