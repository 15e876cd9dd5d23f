// Text of pidstat -h → processes with one row per sample. A line that does not fit the header is dropped: names cannot forge rows.
//   # Time        UID       PID    %usr …   prio policy  Command      repeated before each sample
//   1795420253      0      2782    0.99 …      0 NORMAL  a name (with spaces
import { columnIndex, lines, number, row, words, type Row } from '../../parse/table.ts'

export interface Task {
  readonly pid: string
  readonly comm: string
  /** One per sample; undefined where pidstat did not list the process. */
  readonly rows: readonly (Row | undefined)[]
}

interface Header {
  readonly columns: readonly string[]
  readonly index: ReadonlyMap<string, number>
  readonly line: RegExp
}

/** `numbers`: columns that must be numbers where they exist. Undefined when there is no header. */
export function tasks(text: string, numbers: readonly string[]) {
  const found = new Map<string, { comm: string; rows: (Row | undefined)[] }>()
  let header: Header | undefined
  let samples = 0
  let dropped = 0
  let listed = new Set<string>()
  for (const line of lines(text)) {
    const next = readHeader(line)
    if (next && next.columns.join(' ') === (header ?? next).columns.join(' ')) {
      // Only the first can be new: `# PID Command` after a line feed fits into the name of a process.
      header = next
      samples++
      listed = new Set()
      continue
    }
    if (!header || line.trim() === '') continue
    const process = readRow(header, line, numbers)
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

function readHeader(line: string): Header | undefined {
  if (!line.startsWith('#')) return undefined
  const columns = words(line.slice(1))
  // The command is last, as its spaces would move what follows.
  if (columns.at(-1) !== 'Command' || !columns.includes('PID')) return undefined
  const before = columns.length - 1
  return {
    columns,
    index: columnIndex(columns.slice(0, before)),
    // Only the command may hold any character, line ends of other systems among them.
    line: new RegExp(`^[ \\t]*((?:[^ \\t]+[ \\t]+){${before}})(.*)$`, 's'),
  }
}

function readRow(header: Header, line: string, numbers: readonly string[]) {
  // Where -H is not known the time may be one of twelve hours, in two words.
  const match = header.line.exec(line.replace(/^([ \t]*\d\d:\d\d:\d\d)[ \t]+([AP]M[ \t])/, '$1$2'))
  const found = row(header.index, words(match?.[1] ?? ''))
  const pid = found.text('PID')
  if (!match || pid === undefined || !/^[1-9]\d*$/.test(pid)) return undefined
  if (numbers.some((column) => header.index.has(column) && number(found.text(column)) === undefined)) return undefined
  return { pid, comm: match[2] ?? '', row: found }
}
