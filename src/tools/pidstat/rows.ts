// Text of pidstat -h → processes with one row per sample. A line that does not fit the header is dropped: names cannot forge rows.
//   # Time        UID       PID    %usr …   prio policy  Command      repeated before each sample
//   1795420253      0      2782    0.99 …      0 NORMAL  a name (with spaces
import { LineRow } from '../../parse/line-row.ts'
import { columnIndex, lines, words, type Row } from '../../parse/table.ts'

const COLON = 58

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
  /** Columns of this header that must be numbers. */
  readonly numbers: readonly string[]
}

/** `numbers`: columns that must be numbers where they exist. Undefined when there is no header. */
export function tasks(text: string, numbers: readonly string[]) {
  const found = new Map<string, { comm: string; rows: (Row | undefined)[] }>()
  let header: Header | undefined
  let samples = 0
  let dropped = 0
  let listed = new Set<string>()
  for (const line of lines(text)) {
    const next = line === header?.line ? header : readHeader(line, numbers)
    if (next && (next === header || next.columns.join(' ') === (header ?? next).columns.join(' '))) {
      // Only the first can be new: `# PID Command` after a line feed fits into the name of a process.
      header = next
      samples++
      listed = new Set()
      continue
    }
    if (!header || line.trim() === '') continue
    const process = readRow(header, line)
    if (!process) {
      dropped++
      continue
    }
    // Versions differ in whether they repeat the header; a process listed again tells of a new sample too.
    if (listed.has(process.pid)) {
      samples++
      listed = new Set()
    }
    listed.add(process.pid)
    const known = found.get(process.pid) ?? { comm: '', rows: [] }
    known.comm = process.comm
    known.rows[samples - 1] = process.row
    found.set(process.pid, known)
  }
  if (!header) return undefined
  // pidstat lists at least itself: a sample without a line was cut off. In one cut within a line, who is not listed may have done much.
  if (listed.size === 0 || (samples > 1 && !text.endsWith('\n'))) samples--
  const aligned = [...found].map(([pid, { comm, rows }]): Task => ({
    pid,
    comm,
    rows: Array.from({ length: samples }, (_, i) => rows[i]),
  }))
  return { tasks: aligned, columns: new Set(header.columns), dropped }
}

function readHeader(line: string, numbers: readonly string[]): Header | undefined {
  if (!line.startsWith('#')) return undefined
  const columns = words(line.slice(1))
  // The command is last, as its spaces would move what follows.
  if (columns.at(-1) !== 'Command' || !columns.includes('PID')) return undefined
  const index = columnIndex(columns.slice(0, -1))
  return { line, columns, index, numbers: numbers.filter((column) => index.has(column)) }
}

function readRow({ columns, index, numbers }: Header, line: string) {
  // Where -H is not known the time may be one of twelve hours, in two words.
  const whole = line.charCodeAt(2) === COLON ? line.replace(/^(\d\d:\d\d:\d\d)[ \t]+([AP]M[ \t])/, '$1$2') : line
  const found = new LineRow(index, whole, columns.length - 1)
  const pid = found.text('PID')
  if (pid === undefined || !/^[1-9]\d*$/.test(pid) || found.length < columns.length - 1) return undefined
  if (numbers.some((column) => found.number(column) === undefined)) return undefined
  return { pid, comm: found.rest, row: found }
}
