// Test helper: the tables of the tools as data: where their headers and rows are, and which metrics are lost with a column.
import type { Source } from '../../src/model/source.ts'
import { source as df } from '../../src/tools/df/index.ts'
import { source as free } from '../../src/tools/free/index.ts'
import { source as iostat } from '../../src/tools/iostat/index.ts'
import { source as mpstat } from '../../src/tools/mpstat/index.ts'
import { source as ss } from '../../src/tools/ss/index.ts'
import { source as vmstat } from '../../src/tools/vmstat/index.ts'

export interface Table {
  readonly source: Source
  readonly fixture: string
  readonly header: RegExp
  readonly row: RegExp
  /** What stands before the first column and is no column: a name without a title, a time. */
  readonly label?: RegExp
  /** How many words are columns that may move; what follows are names that hold blanks. Default: all. */
  readonly cells?: number
  /** Column → metrics that are lost with it; `*` for all. Columns that are not named here lose nothing. */
  readonly needed: Readonly<Record<string, readonly string[]>>
  /** How many columns the shortest row has: they stay in front, as they are in every version of the tool. */
  readonly front?: number
}

export const BUSY_CPU = ['cpu.one.utilization', 'cpu.busiest', 'cpu.others', 'cpu.busiest_softirq']

export const TABLES: readonly Table[] = [
  {
    source: vmstat,
    fixture: 'procps-4.0.2-write',
    header: /^\s*r\s+b\s/,
    row: /^\s*\d/,
    needed: {
      r: ['cpu.runnable'],
      b: ['cpu.blocked'],
      si: ['memory.swap_in'],
      so: ['memory.swap_out'],
      in: ['cpu.interrupts'],
      cs: ['cpu.context_switches'],
      us: ['cpu.user'],
      sy: ['cpu.system'],
      id: ['cpu.utilization'],
      wa: ['cpu.utilization', 'cpu.iowait'],
      st: ['cpu.utilization', 'cpu.steal'],
    },
  },
  {
    source: free,
    fixture: 'procps-4.0.4-swap',
    header: /^\s+total\s/,
    row: /^\w+:/,
    label: /^\w+:/,
    needed: {
      total: ['*'],
      used: ['memory.swap_used'],
      free: ['memory.free'],
      shared: ['memory.shared'],
      buffers: ['memory.buffers'],
      cache: ['memory.cache'],
      available: ['memory.available'],
    },
    front: 3,
  },
  {
    source: mpstat,
    fixture: 'sysstat-11.2.0-text',
    header: /^\d\d:\d\d:\d\d +CPU /,
    row: /^\d\d:\d\d:\d\d /,
    label: /^\S+/,
    needed: {
      CPU: ['*'],
      '%usr': ['cpu.one.user'],
      '%nice': ['cpu.one.user'],
      '%sys': ['cpu.one.system'],
      '%iowait': ['cpu.one.iowait', ...BUSY_CPU],
      '%irq': ['cpu.one.irq', 'cpu.busiest', 'cpu.others', 'cpu.busiest_softirq'],
      '%soft': ['cpu.softirq', 'cpu.one.softirq', 'cpu.busiest', 'cpu.others', 'cpu.busiest_softirq'],
      '%steal': ['cpu.one.steal', ...BUSY_CPU],
      '%guest': ['cpu.guest'],
      '%gnice': ['cpu.guest'],
      '%idle': BUSY_CPU,
    },
  },
  {
    source: iostat,
    fixture: 'sysstat-12.2.0-text',
    header: /^Device/,
    row: /^\w+ +\d/,
    needed: {
      Device: ['*'],
      'r/s': ['disk.reads', 'disk.read_await', 'disk.read_size', 'disk.stalled'],
      'w/s': ['disk.writes', 'disk.write_await', 'disk.write_size', 'disk.stalled'],
      'd/s': ['disk.discards', 'disk.discard_await'],
      'rkB/s': ['disk.read_bytes'],
      'wkB/s': ['disk.write_bytes'],
      r_await: ['disk.read_await'],
      w_await: ['disk.write_await'],
      d_await: ['disk.discard_await'],
      'rareq-sz': ['disk.read_size'],
      'wareq-sz': ['disk.write_size'],
      'aqu-sz': ['disk.queue'],
      '%util': ['disk.utilization', 'disk.stalled'],
    },
  },
  {
    source: ss,
    fixture: 'iproute2-6.1.0-odd-names',
    header: /^State/,
    row: /^[A-Z]+ /,
    cells: 4,
    needed: { State: ['*'], 'Recv-Q': ['*'], 'Send-Q': ['listener.backlog'], 'Local_Address:Port': ['*'] },
  },
  {
    source: df,
    fixture: 'coreutils-8.32-odd-names',
    header: /^Type/,
    row: /^\S+ +[\d-]/,
    cells: 6,
    needed: {
      Type: ['*'],
      Inodes: ['mount.inodes_used'],
      IUsed: ['mount.inodes_used', 'mount.files_in_memory'],
      '1B-blocks': ['mount.size'],
      Used: ['mount.used', 'mount.in_memory'],
      Avail: ['mount.used', 'mount.available'],
    },
  },
]

type Edit = (cells: readonly string[], header: boolean) => readonly string[]

/** The columns of the first header, titles of two words written as one. */
export function columnsOf(table: Table, text: string): readonly string[] {
  return partsOf(table, text.split('\n').find((line) => table.header.test(line)) ?? '').cells
}

/** Text with the cells of its headers and rows replaced; all other lines stay. */
export function edited(table: Table, text: string, edit: Edit): string {
  const one = (line: string) => {
    const header = table.header.test(line)
    if (!header && !table.row.test(line)) return line
    const { label, cells, tail } = partsOf(table, line)
    // Of one width each, so that names which are found by their place are found there.
    const columns = edit(cells, header).map((cell) => cell.padStart(21))
    return `${label}${columns.join(' ')} ${tail}`.replaceAll('Local_Address', 'Local Address')
  }
  return text.split('\n').map(one).join('\n')
}

function partsOf(table: Table, line: string) {
  const label = table.label?.exec(line)?.[0] ?? ''
  const rest = line.slice(label.length).replace('Local Address', 'Local_Address')
  const match = new RegExp(`^\\s*((?:\\S+\\s*){${table.cells ?? '0,'}})(.*)$`, 's').exec(rest)
  return { label, cells: (match?.[1] ?? '').trim().split(/\s+/), tail: match?.[2] ?? '' }
}
