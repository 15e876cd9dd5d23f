// vmstat: its table of one line per interval → run queue, CPU shares, swap traffic, context switches.
//   procs -----------------------memory---------------------- ---swap-- -----io---- -system-- --------cpu--------
//    r    b         swpd         free         buff        cache   si   so    bi    bo   in   cs  us  sy  id  wa  st  gu
//    2    0            0     23823448        27984       340632    0    0     0    16  105  120  51   1  48   0   0   0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { LineReader } from '../../parse/line-row.ts'
import { columnIndex, defined, words } from '../../parse/table.ts'
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
    // The first line is since boot.
    const before = look.argv?.includes('-y') ? 0 : 1
    const own = looks.some(({ text }) => countsItself(text)) ? 1 : 0
    const column = (name: string) => found.get(name)?.slice(before)
    if ([...found.values()].every((values) => values.length <= before))
      return unavailable('not understood', 'vmstat printed nothing but its averages since boot')
    return {
      host: defined({
        'cpu.runnable': column('r')?.map((n) => Math.max(0, n - own)),
        'cpu.blocked': column('b'),
        'cpu.utilization': busy(column('id'), column('wa'), column('st')),
        // us leaves guests out where there is a column gu for them.
        'cpu.user': found.has('gu') ? added(column('us'), column('gu')) : column('us'),
        'cpu.system': column('sy'),
        'cpu.iowait': column('wa'),
        'cpu.steal': column('st'),
        'cpu.context_switches': column('cs'),
        'cpu.interrupts': column('in'),
        'memory.swap_in': column('si')?.map((kibibytes) => kibibytes * 1024),
        'memory.swap_out': column('so')?.map((kibibytes) => kibibytes * 1024),
      }),
    }
  },
}

/** The line with most of the known column names, whatever their order; it comes again after a screenful. */
function isHeader(cells: readonly string[]): boolean {
  return cells.filter((word) => KNOWN.has(word)).length > KNOWN.size / 2
}

/** The known columns, each with its number of every row. A row in which one of them is no whole number is none. */
function read(text: string): ReadonlyMap<string, readonly number[]> | undefined {
  let header: readonly string[] = []
  let known: { readonly name: string; readonly place: number; readonly values: number[] }[] = []
  const reader = new LineReader(text)
  while (reader.next()) {
    if (header.length > 0) {
      reader.scan()
      // -t adds one title, the zone, and two words to a row: the date and the time.
      const fits = reader.count === header.length || (reader.count === header.length + 1 && DATED.test(reader.line))
      if (!fits || !known.every(({ place }) => Number.isInteger(reader.at(place)))) continue
      for (const { place, values } of known) values.push(reader.at(place) ?? 0)
      continue
    }
    const titles = words(reader.line)
    if (!isHeader(titles)) continue
    header = titles
    known = [...columnIndex(titles)].flatMap(([name, place]) => (KNOWN.has(name) ? [{ name, place, values: [] }] : []))
  }
  return header.length > 0 ? new Map(known.map(({ name, values }) => [name, values])) : undefined
}

/** procps 4.0.0 to 4.0.3 counts vmstat itself as runnable; 3.3 and 4.0.4 leave it out. */
function countsItself(version: string): boolean {
  return /^vmstat from procps-ng 4\.0\.[0-3]\b/m.test(version)
}

type Column = readonly number[] | undefined

function added(one: Column, other: Column): Column {
  return one && other && one.map((n, i) => n + (other[i] ?? 0))
}

/** Busy is what is neither idle nor waiting for I/O; steal was wanted but not had, so it is not busy either. */
function busy(idle: Column, waiting: Column, stolen: Column): Column {
  return added(added(idle, waiting), stolen)?.map((rest) => Math.max(0, 100 - rest))
}
