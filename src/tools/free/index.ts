// free -b -w: its table, as the window opens and as it closes → memory and swap.
//                  total        used        free      shared     buffers       cache   available
//   Mem:     25276510208   420446208 24333426688     9068544   218021888   602136576 24856064000
//   Swap:              0           0           0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { columnIndex, defined, lines, row, series, words, type Row } from '../../parse/table.ts'

const TITLES = new Set(['total', 'used', 'free', 'shared', 'buffers', 'cache', 'available'])

interface Look {
  readonly memory: Row
  /** Absent on a host without a Swap line; with fewer cells than the header has names. */
  readonly swap: Row | undefined
}

export const source: Source = {
  id: 'free',
  tier: 'run',
  tool: 'free',
  asks: 'Is memory running out, and is swap in use?',
  gives: [
    'memory.total',
    'memory.available',
    'memory.free',
    'memory.buffers',
    'memory.cache',
    'memory.shared',
    'memory.swap_total',
    'memory.swap_used',
  ],
  requests: () => [{ kind: 'run', argv: ['free', '-b', '-w'], at: 'end' }],
  parse: (looks) => {
    const tables = looks.map((look) => read(look.text)).filter((found) => found !== undefined)
    const last = tables.at(-1)
    if (!last) return unavailable('not understood', 'free printed no line `Mem:` of bytes below a header')
    const memory = (column: string) =>
      series(
        tables.map((found) => found.memory),
        (cells) => positive(cells, column),
      )
    const swap = tables.flatMap((found) => found.swap ?? [])
    return {
      host: defined({
        'memory.total': positive(last.memory, 'total'),
        'memory.available': memory('available'),
        'memory.free': memory('free'),
        'memory.buffers': memory('buffers'),
        'memory.cache': memory('cache'),
        'memory.shared': memory('shared'),
        'memory.swap_total': last.swap && positive(last.swap, 'total'),
        'memory.swap_used': series(swap, (cells) => positive(cells, 'used')),
      }),
    }
  },
}

function read(text: string): Look | undefined {
  const all = lines(text)
  const header =
    all.map(words).find((titles) => titles.filter((title) => TITLES.has(title)).length > TITLES.size / 2) ?? []
  const index = columnIndex(header)
  const labelled = (label: string) => {
    const line = all.find((one) => one.startsWith(label))
    return line === undefined ? undefined : words(line.slice(label.length))
  }
  const memory = labelled('Mem:')
  if (!memory || memory.length !== header.length) return undefined
  const cells = row(index, memory)
  if (positive(cells, 'total') === undefined) return undefined
  const swap = labelled('Swap:')
  return { memory: cells, swap: swap && row(index, swap) }
}

/** Bytes of a column. Older procps printed what a counter that passed 0 wrapped to; nothing real is negative. */
function positive(cells: Row, column: string): number | undefined {
  const value = cells.number(column)
  return value !== undefined && value >= 0 ? value : undefined
}
