// swapon --show: its table in bytes → swap areas: how many, how full, in which order they are used.
//   NAME TYPE SIZE USED PRIO
//   /dev/loop3 partition 67104768 0 5
//   /dev/zram0 partition 33550336 0 100
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { table } from '../../parse/table.ts'
import { areasOf, swapReading, SWAP_METRICS, type AreaColumns } from '../proc_swaps/areas.ts'

const COLUMNS: AreaColumns = ['NAME', 'SIZE', 'USED', 'PRIO']

export const source: Source = {
  id: 'swapon',
  tier: 'run',
  tool: 'swapon',
  asks: 'How full is each swap area, and in which order are they used?',
  gives: SWAP_METRICS,
  requests: () => [{ kind: 'run', argv: ['swapon', '--show=NAME,TYPE,SIZE,USED,PRIO', '--bytes', '--raw'], at: 'end' }],
  parse: ([look]) => {
    if (look === undefined || look.outcome !== 'ok') return unavailable('failed', 'swapon did not answer')
    const lines = look.text.split('\n').filter((line) => line !== '')
    // Without swap it prints nothing, no header either.
    if (lines.length === 0) return unavailable('nothing to measure', 'this host has no swap')
    const cells = lines.map((line) => line.split(' '))
    const found = table(cells[0] ?? [], cells.slice(1))
    if (!COLUMNS.every((column) => found.has(column)))
      return unavailable('not understood', 'swapon printed no header with NAME, SIZE, USED and PRIO')
    const areas = areasOf(found.rows, COLUMNS, 1)
    if (areas.length < lines.length - 1)
      return unavailable('not understood', 'a line of swapon has other columns than its header')
    return swapReading(areas)
  },
}
