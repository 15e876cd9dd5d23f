// /proc/swaps → swap areas: how many, how full, in which order they are used.
//   Filename                                Type            Size            Used            Priority
//   /dev/loop3                              partition       65532           0               5
//   /dev/zram0                              partition       32764           0               100
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { table, words } from '../../parse/table.ts'
import { areasOf, swapReading, SWAP_METRICS, type AreaColumns } from './areas.ts'

const TABLE = '/proc/swaps'

const COLUMNS: AreaColumns = ['Filename', 'Size', 'Used', 'Priority']

export const source: Source = {
  id: 'proc_swaps',
  tier: 'read',
  asks: 'How full is each swap area, and in which order are they used?',
  gives: SWAP_METRICS,
  // Before swapon, which prints nothing at all on a host without swap: nobody could tell that from a tool that failed.
  rank: () => 9,
  requests: () => [{ kind: 'read', paths: [TABLE], at: 'end' }],
  parse: ([look]) => {
    const text = files(look?.text ?? '').get(TABLE)
    if (look?.outcome === 'missing') return unavailable('not supported', 'this kernel has no swap')
    const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '')
    const found = table(words(lines[0] ?? ''), lines.slice(1).map(words))
    if (!COLUMNS.every((column) => found.has(column)))
      return unavailable('not understood', `${TABLE} has no header with Filename, Size, Used and Priority`)
    const areas = areasOf(found.rows, COLUMNS, 1024)
    if (areas.length < lines.length - 1)
      return unavailable('not understood', `a line of ${TABLE} has other columns than the header`)
    return swapReading(areas)
  },
}
