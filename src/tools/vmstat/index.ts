// vmstat: its table of one line per interval → run queue, CPU shares, swap traffic, context switches.
//   procs -----------------------memory---------------------- ---swap-- -----io---- -system-- --------cpu--------
//    r    b         swpd         free         buff        cache   si   so    bi    bo   in   cs  us  sy  id  wa  st  gu
//    2    0            0     23823448        27984       340632    0    0     0    16  105  120  51   1  48   0   0   0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { LineRow } from '../../parse/line-row.ts'
import { columnIndex, defined, lines, series, sum, words, type Row, type Table } from '../../parse/table.ts'
import { intervalSeconds } from '../../parse/window.ts'

const KNOWN = new Set(['r', 'b', 'si', 'so', 'in', 'cs', 'us', 'sy', 'id', 'wa', 'st', 'gu'])

const DATED = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*$/

export const source: Source = {
  id: 'vmstat',
  tier: 'run',
  tool: 'vmstat',
  asks: 'Do tasks queue for the CPUs, does the host swap, and where does CPU time go?',
  gives: [
    'cpu.runnable',
    'cpu.blocked',
    'cpu.utilization',
    'cpu.user',
    'cpu.system',
    'cpu.iowait',
    'cpu.steal',
    'cpu.context_switches',
    'cpu.interrupts',
    'memory.swap_in',
    'memory.swap_out',
  ],
  requests: (window) => [
    // One line more than intervals, because the first is since boot: -y would leave it out, but procps 3 does not know
    // -y. -w keeps wide numbers apart; -n because the header would come again after a screenful.
    {
      kind: 'run',
      argv: ['vmstat', '-w', '-n', '-S', 'K', String(intervalSeconds(window)), String(window.count + 1)],
      at: 'start',
      lasting: true,
    },
    // Other makers' vmstat may not know --version; what it prints is then read as it is.
    { kind: 'run', argv: ['vmstat', '--version'], at: 'start', accept: [1] },
  ],
  parse: (looks) => {
    const tables = looks.map((look) => ({ look, found: read(look.text) }))
    const first = tables.find(({ found }) => found !== undefined)
    if (!first?.found) return unavailable('not understood', 'vmstat printed no header with the columns it is known by')
    const { look, found } = first
    const rows = look.argv?.includes('-y') ? found.rows : found.rows.slice(1)
    if (rows.length === 0) return unavailable('not understood', 'vmstat printed nothing but its averages since boot')
    const own = looks.some(({ text }) => countsItself(text)) ? 1 : 0
    const column = (name: string, scale = 1) => series(rows, (row) => scaled(row, name, scale))
    return {
      host: defined({
        'cpu.runnable': column('r')?.map((n) => Math.max(0, n - own)),
        'cpu.blocked': column('b'),
        'cpu.utilization': series(rows, busy),
        // us leaves guests out where there is a column gu for them.
        'cpu.user': found.has('gu') ? series(rows, (row) => sum(row.number('us'), row.number('gu'))) : column('us'),
        'cpu.system': column('sy'),
        'cpu.iowait': column('wa'),
        'cpu.steal': column('st'),
        'cpu.context_switches': column('cs'),
        'cpu.interrupts': column('in'),
        'memory.swap_in': column('si', 1024),
        'memory.swap_out': column('so', 1024),
      }),
    }
  },
}

/** The line with most of the known column names, whatever their order; it comes again after a screenful. */
function isHeader(cells: readonly string[]): boolean {
  return cells.filter((word) => KNOWN.has(word)).length > KNOWN.size / 2
}

function read(text: string): Table | undefined {
  let header: readonly string[] = []
  let index: ReadonlyMap<string, number> = new Map()
  let known: readonly string[] = []
  const rows: Row[] = []
  for (const line of lines(text)) {
    if (header.length > 0) {
      // -t adds one title, the zone, and two words to a row: the date and the time.
      const row = new LineRow(index, line)
      const fits = row.length === header.length || (row.length === header.length + 1 && DATED.test(line))
      if (fits && known.every((name) => Number.isInteger(row.number(name)))) rows.push(row)
    } else if (isHeader(words(line))) {
      header = words(line)
      index = columnIndex(header)
      known = header.filter((name) => KNOWN.has(name) && index.has(name))
    }
  }
  return header.length > 0 ? { has: (column) => index.has(column), rows } : undefined
}

/** procps 4.0.0 to 4.0.3 counts vmstat itself as runnable; 3.3 and 4.0.4 leave it out. */
function countsItself(version: string): boolean {
  return /^vmstat from procps-ng 4\.0\.[0-3]\b/m.test(version)
}

function scaled(row: Row, name: string, scale: number): number | undefined {
  const value = row.number(name)
  return value === undefined ? undefined : value * scale
}

/** Busy is what is neither idle nor waiting for I/O; steal was wanted but not had, so it is not busy either. */
function busy(row: Row): number | undefined {
  const rest = sum(row.number('id'), row.number('wa'), row.number('st'))
  return rest === undefined ? undefined : Math.max(0, 100 - rest)
}
