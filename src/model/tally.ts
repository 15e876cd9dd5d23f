// Tally: what happened, counted by who and what: the answer of a probe that counts events.

export interface Row {
  /** Names: pid, comm, syscall, error, peer, reason, function … the columns of the table, in the same order in each row. */
  readonly labels: Readonly<Record<string, string>>
  readonly count: number
  /** Time they took together, in seconds; where the probe measures it. */
  readonly seconds?: number
  /** Bytes they moved. */
  readonly bytes?: number
}

export interface Tally {
  readonly kind: 'tally'
  /** Largest first, at most 50; what is left out is in the totals. */
  readonly rows: readonly Row[]
  readonly total: number
}

const MOST_ROWS = 50

/** Rows with the same labels added up, by seconds where they have them, else by count. */
export function tallyOf(rows: Iterable<Row>): Tally {
  const merged = mergedRows(rows)
  const size = (row: Row) => row.seconds ?? row.count
  const sorted = merged.toSorted((a, b) => size(b) - size(a) || b.count - a.count)
  return { kind: 'tally', rows: sorted.slice(0, MOST_ROWS), total: merged.reduce((sum, { count }) => sum + count, 0) }
}

/** Rows with the same labels as one, in the order they were first seen. */
export function mergedRows(rows: Iterable<Row>): readonly Row[] {
  const found = new Map<string, Row>()
  for (const row of rows) {
    const key = Object.values(row.labels).join('\0')
    const before = found.get(key)
    found.set(key, before ? added(before, row) : row)
  }
  return [...found.values()]
}

function added(a: Row, b: Row): Row {
  const sum = (x: number | undefined, y: number | undefined) =>
    x === undefined && y === undefined ? undefined : (x ?? 0) + (y ?? 0)
  const seconds = sum(a.seconds, b.seconds)
  const bytes = sum(a.bytes, b.bytes)
  return {
    labels: a.labels,
    count: a.count + b.count,
    ...(seconds === undefined ? {} : { seconds }),
    ...(bytes === undefined ? {} : { bytes }),
  }
}
