// vmstat: its table of one line per second → run queue, CPU shares, swap traffic, context switches.
//   procs -----------------------memory---------------------- ---swap-- -----io---- -system-- --------cpu--------
//    r    b         swpd         free         buff        cache   si   so    bi    bo   in   cs  us  sy  id  wa  st  gu
//    2    0            0     23823448        27984       340632    0    0     0    16  105  120  51   1  48   0   0   0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined, series, sum, table, words, type Row } from '../../parse/table.ts'

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
    // -y leaves out the since-boot line. -w keeps wide numbers apart.
    {
      kind: 'run',
      argv: ['vmstat', '-w', '-y', '-S', 'K', String(Math.max(1, Math.round(window.intervalMs / 1000))), String(window.count)],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look]) => {
    const lines = (look?.text ?? '').split('\n')
    const at = lines.findIndex((line) => /^\s*r\s+b\s/.test(line))
    if (at < 0) return unavailable('not understood', 'vmstat printed no header with r and b')
    const { rows } = table(
      words(lines[at] ?? ''),
      lines.slice(at + 1).map(words).filter((cells) => /^\d+$/.test(cells[0] ?? '')),
    )
    if (rows.length === 0) return unavailable('not understood', 'vmstat printed a header and no samples')
    const column = (name: string, scale = 1) => series(rows, (row) => scaled(row, name, scale))
    return {
      host: defined({
        'cpu.runnable': column('r'),
        'cpu.blocked': column('b'),
        'cpu.utilization': series(rows, (row) => busy(row)),
        'cpu.user': column('us'),
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

function scaled(row: Row, name: string, scale: number): number | undefined {
  const value = row.number(name)
  return value === undefined ? undefined : value * scale
}

/** Busy is what is neither idle nor waiting for I/O; steal was wanted but not had, so it is not busy either. */
function busy(row: Row): number | undefined {
  const rest = sum(row.number('id'), row.number('wa'), row.number('st'))
  return rest === undefined ? undefined : Math.max(0, 100 - rest)
}
