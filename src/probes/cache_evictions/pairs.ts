// Pages that left the page cache and came into it, by file and process → who took out what others brought back.
import type { Instance } from '../../model/metric.ts'
import type { Reader } from '../../instruments/reading.ts'
import { mergedRows, tallyOf, type Row } from '../../model/tally.ts'

/** The name of the event in a log. */
export const TAKEN_OUT = 'mm_filemap_delete_from_page_cache'
const NOBODY = 'nobody else'
const MOST_INSTANCES = 50

interface Taken {
  readonly pid: string
  readonly comm: string
  readonly count: number
  /** Of these, how many others brought back: they read the same file at the same time. */
  readonly back: number
  /** Who brought back most. */
  readonly reader: string
}

export const readEvictions: Reader = ({ rows = [] }) => {
  const files = byFile(rows)
  const taken = [...files.values()].flatMap(takenFrom)
  const inserted = rows.reduce((sum, { labels, count }) => (labels['event'] === TAKEN_OUT ? sum : sum + count), 0)
  const back = taken.filter((one) => one.back > 0)
  const readers = tallyOf(back.map((one) => ({ labels: { reader: one.reader }, count: one.back }))).rows
  const reader = readers[0]?.labels['reader']
  return {
    answers: {
      'fs.cache_evictions': tallyOf(
        taken.map(({ pid, comm, count, reader: by }) => ({ labels: { pid, comm, 'brought back by': by }, count })),
      ),
    },
    host: {
      'memory.cache_taken_out': back.reduce((sum, one) => sum + one.back, 0),
      'memory.cache_inserted': inserted,
      ...(reader === undefined ? {} : { 'memory.cache_reader': reader }),
    },
    instances: instancesOf(back),
  }
}

function byFile(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const file = `${row.labels['device']} ${row.labels['inode']}`
    const own = found.get(file)
    if (own) own.push(row)
    else found.set(file, [row])
  }
  return found
}

/** One program in several processes is one: what its other process brings back it took out for itself. */
function takenFrom(rows: readonly Row[]): readonly Taken[] {
  const out = rows.filter(({ labels }) => labels['event'] === TAKEN_OUT)
  const into = rows.filter(({ labels }) => labels['event'] !== TAKEN_OUT)
  return out.map(({ labels: { pid = '', comm = '' }, count }) => {
    const others = into.filter(({ labels }) => labels['pid'] !== pid && labels['comm'] !== comm)
    const most = mergedRows(others).toSorted((a, b) => b.count - a.count)[0]
    const sum = others.reduce((total, one) => total + one.count, 0)
    // The kernel's own reclaim is nobody who takes something away.
    const back = /^kswapd\d/.test(comm) ? 0 : Math.min(count, sum)
    return { pid, comm, count, back, reader: most && back > 0 ? (most.labels['comm'] ?? '') : NOBODY }
  })
}

function instancesOf(back: readonly Taken[]): readonly Instance[] {
  const found = new Map<string, { readonly comm: string; sum: number }>()
  for (const { pid, comm, back: count } of back) {
    const before = found.get(pid)
    if (before) before.sum += count
    else found.set(pid, { comm, sum: count })
  }
  return [...found]
    .toSorted(([, a], [, b]) => b.sum - a.sum)
    .slice(0, MOST_INSTANCES)
    .map(([pid, { comm, sum }]) => ({
      domain: 'process',
      name: pid,
      labels: { pid, comm },
      values: { 'process.cache_taken_out': sum },
    }))
}
