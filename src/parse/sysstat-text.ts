// The text tables of sysstat (sar, mpstat, iostat of any version) → their rows, each with the columns of its own header.
//   07:50:56        IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxcmp/s   txcmp/s  rxmcst/s   %ifutil
//   03:16:17 PM  all    0.00    0.00    0.50    0.00    0.00    0.00    0.00    0.00    0.00   99.50    (a clock of twelve hours)
//   Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  svctm  %util
import { columnIndex, lines, row, words, type Row } from './table.ts'

export interface Shape {
  /** Each line begins with a time of day, but for the averages at the end, which are left out: the samples have all there is. */
  readonly stamped: boolean
  readonly isHeader: (cells: readonly string[]) => boolean
}

interface Header {
  readonly columns: ReadonlyMap<string, number>
  readonly length: number
  /** `07:50:57 AM`: an interface may be called AM, so the header decides. */
  readonly halfDay: boolean
}

const STAMP = /^\d\d:\d\d:\d\d$/
const HALF = /^[AP]M$/

export function textRows(text: string, { stamped, isHeader }: Shape): Row[] {
  const found: Row[] = []
  let header: Header | undefined
  for (const line of lines(text)) {
    const cells = words(line)
    if (stamped && !STAMP.test(cells[0] ?? '')) {
      header = undefined
      continue
    }
    const halfDay = stamped && HALF.test(cells[1] ?? '')
    const titles = stamped ? cells.slice(halfDay ? 2 : 1) : cells
    if (isHeader(titles)) {
      header = { columns: columnIndex(titles.map((title) => title.replace(/:$/, ''))), length: titles.length, halfDay }
      continue
    }
    if (!header) continue
    const own = stamped ? cells.slice(header.halfDay && halfDay ? 2 : 1) : cells
    if (own.length === header.length) found.push(row(header.columns, own))
    else if (!stamped) header = undefined
  }
  return found
}
