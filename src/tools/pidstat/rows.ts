// Text of pidstat -h → processes with one row per sample. A line that does not fit the header is dropped: names cannot forge rows.
//   # Time        UID       PID    %usr …   prio policy  Command      repeated before each sample
//   1795420253      0      2782    0.99 …      0 NORMAL  a name (with spaces
import { LineReader, type LineRow } from '../../parse/line-row.ts'
import { columnIndex, words, type Row } from '../../parse/table.ts'

const HASH = 35,
  COLON = 58

export interface Task {
  readonly pid: string
  readonly comm: string
  /** One per sample; undefined where pidstat did not list the process. */
  readonly rows: readonly (Row | undefined)[]
}

interface Header {
  readonly line: string
  readonly columns: readonly string[]
  readonly index: ReadonlyMap<string, number>
  /** Of the columns that must be numbers. */
  readonly places: readonly number[]
}

/** `numbers`: columns that must be numbers where they exist. Undefined when there is no header. */
export function tasks(text: string, numbers: readonly string[]) {
  const found = new Map<string, { row: LineRow; rows: (Row | undefined)[] }>()
  let header: Header | undefined
  let samples = 0
  let dropped = 0
  let listed = 0
  const reader = new LineReader(text)
  while (reader.next()) {
    const next = reader.codeAt(0) === HASH ? readHeader(reader.line, header, numbers) : undefined
    if (next && (next === header || next.columns.join(' ') === (header ?? next).columns.join(' '))) {
      // Only the first can be new: `# PID Command` after a line feed fits into the name of a process.
      header = next
      samples++
      listed = 0
      continue
    }
    if (!header) continue
    const row = readRow(header, reader)
    if (row === undefined) continue
    if (row === 'unfit') {
      dropped++
      continue
    }
    const pid = row.text('PID') ?? ''
    const known = found.get(pid)
    // Versions differ in whether they repeat the header; a process listed again tells of a new sample too.
    if (known?.rows.length === samples) {
      samples++
      listed = 0
    }
    listed++
    const rows = known?.rows ?? []
    // In the samples before it was not listed.
    while (rows.length < samples - 1) rows.push(undefined)
    rows.push(row)
    if (known) known.row = row
    else found.set(pid, { row, rows })
  }
  if (!header) return undefined
  // pidstat lists at least itself: a sample without a line was cut off. In one cut within a line, who is not listed may have done much.
  if (listed === 0 || (samples > 1 && !text.endsWith('\n'))) samples--
  const aligned = [...found].map(([pid, { row, rows }]): Task => ({
    pid,
    comm: row.rest,
    rows: Array.from({ length: samples }, (_, i) => rows[i]),
  }))
  return { tasks: aligned, columns: new Set(header.columns), dropped }
}

function readHeader(line: string, last: Header | undefined, numbers: readonly string[]): Header | undefined {
  if (line === last?.line) return last
  const columns = words(line.slice(1))
  // The command is last, as its spaces would move what follows.
  if (columns.at(-1) !== 'Command' || !columns.includes('PID')) return undefined
  const index = columnIndex(columns.slice(0, -1))
  const places = numbers.flatMap((column) => index.get(column) ?? [])
  return { line, columns, index, places }
}

/** Undefined for an empty line. */
function readRow({ columns, index, places }: Header, read: LineReader): LineRow | 'unfit' | undefined {
  const reader = read.codeAt(2) === COLON ? withoutHalfDay(read) : read
  reader.scan(columns.length - 1)
  if (reader.count === 0) return undefined
  if (reader.count < columns.length - 1 || places.some((place) => Number.isNaN(reader.at(place)))) return 'unfit'
  const row = reader.row(index)
  return /^[1-9]\d*$/.test(row.text('PID') ?? '') ? row : 'unfit'
}

/** Where -H is not known the time may be one of twelve hours, in two words. */
function withoutHalfDay({ line }: LineReader): LineReader {
  const reader = new LineReader(`${line.replace(/^(\d\d:\d\d:\d\d)[ \t]+([AP]M[ \t])/, '$1$2')}\n`)
  reader.next()
  return reader
}
