// The text tables of sysstat (sar, mpstat, iostat of any version) → their rows, each with the columns of its own header.
//   07:50:56        IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxcmp/s   txcmp/s  rxmcst/s   %ifutil
//   03:16:17 PM  all    0.00    0.00    0.50    0.00    0.00    0.00    0.00    0.00    0.00   99.50    (a clock of twelve hours)
//   Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  svctm  %util
import { LineReader } from './line-row.ts'
import { columnIndex, isBlank, words, type Row } from './table.ts'

export interface Shape {
  /** Each line begins with a time of day, but for the averages at the end, which are left out: the samples have all there is. */
  readonly stamped: boolean
  readonly isHeader: (cells: readonly string[]) => boolean
}

interface Header {
  /** Title → place in the whole line, the time included. */
  readonly columns: ReadonlyMap<string, number>
  readonly length: number
  /** `07:50:57 AM`: an interface may be called AM, so the header decides. */
  readonly halfDay: boolean
  /** The line but for the time, and its length: to know it again. */
  readonly titles: string
  readonly width: number
}

const HALF_DAY = /^\d\d:\d\d:\d\d[ \t]+[AP]M[ \t]/
const COLON = 58,
  ZERO = 48,
  NINE = 57

export function textRows(text: string, { stamped, isHeader }: Shape): Row[] {
  const found: Row[] = []
  let header: Header | undefined
  let last: Header | undefined
  const reader = new LineReader(text)
  while (reader.next()) {
    if (stamped && !isStamped(reader)) {
      header = undefined
      continue
    }
    // Most headers are the last one again, but for the time.
    if (last && reader.width === last.width && reader.endsWith(last.titles)) {
      header = last
      continue
    }
    reader.scan()
    // Titles are no numbers: most lines need not be looked at as a header.
    const titles = reader.hasNumber ? [] : words(reader.line)
    if (isHeader(titles)) header = last = headerOf(reader.line, titles, stamped)
    else if (header && reader.count === header.length && (!header.halfDay || HALF_DAY.test(reader.line)))
      found.push(reader.row(header.columns))
    else if (!stamped) header = undefined
  }
  return found
}

/** `07:50:57` and a blank. */
function isStamped(reader: LineReader): boolean {
  if (reader.width < 9 || !isBlank(reader.codeAt(8))) return false
  for (let at = 0; at < 8; at++) {
    const code = reader.codeAt(at)
    if (at === 2 || at === 5 ? code !== COLON : code < ZERO || code > NINE) return false
  }
  return true
}

function headerOf(line: string, cells: readonly string[], stamped: boolean): Header {
  const halfDay = stamped && HALF_DAY.test(line)
  const before = stamped ? (halfDay ? 2 : 1) : 0
  // JSON has its keys without the signs.
  const titles = cells.map((title, i) => (i < before ? `${i}` : title.replace(/^%|:$/g, '')))
  return {
    columns: columnIndex(titles),
    length: cells.length,
    halfDay,
    titles: stamped ? line.slice(line.indexOf(' ')) : line,
    width: line.length,
  }
}
