// The table of /proc/interrupts or /proc/softirqs → its lines with one counter per CPU; their growth between two reads.
//              CPU0       CPU1
//   LOC:    1013430    1003666   Local timer interrupts
//   ERR:          0
import { words } from '../../parse/table.ts'

export interface Line {
  /** Counter by CPU (`CPU0`). Lines without one per CPU have a single counter, under ''. */
  readonly counts: ReadonlyMap<string, number>
  /** What follows the counters: the device or an explanation. */
  readonly label: string
}

export type Matrix = ReadonlyMap<string, Line>

export interface Busiest {
  readonly name: string
  readonly label: string
  readonly total: number
  readonly cpu: string
  /** Percent of the line that its busiest CPU had. */
  readonly share: number
}

/** Undefined without a header of CPUs. A line cut short is left out. */
export function matrix(text: string): Matrix | undefined {
  const lines = text.split('\n')
  const cpus = words(lines[0] ?? '')
  if (!cpus.every((cpu) => /^CPU\d+$/.test(cpu))) return undefined
  const found = new Map<string, Line>()
  for (const line of lines.slice(1)) {
    const match = /^\s*([\w-]+):\s*(.*)$/.exec(line)
    if (!match) continue
    const cells = words(match[2] ?? '')
    const numbers = cells.findIndex((cell) => !/^\d{1,15}$/.test(cell))
    const count = Math.min(numbers < 0 ? cells.length : numbers, cpus.length)
    const whole = count === cpus.length
    if (!whole && !(count === 1 && cells.length === 1)) continue
    const counts = new Map(whole ? cpus.map((cpu, i) => [cpu, Number(cells[i])]) : [['', Number(cells[0])]])
    // Columns are set apart by two spaces or more; the last one names the device.
    const label = whole
      ? ((match[2] ?? '')
          .trimEnd()
          .split(/\s{2,}/)
          .at(-1) ?? '')
      : ''
    found.set(match[1] ?? '', { counts, label: /^[\d\s]*$/.test(label) ? '' : label })
  }
  return found.size > 0 ? found : undefined
}

/** Growth of what is in both reads; a counter that went down is left out. */
export function grown(before: Matrix, after: Matrix): Matrix {
  const found = new Map<string, Line>()
  for (const [name, line] of after) {
    const old = before.get(name)
    const counts = new Map<string, number>()
    for (const [cpu, value] of line.counts) {
      const was = old?.counts.get(cpu)
      if (was !== undefined && value >= was) counts.set(cpu, value - was)
    }
    if (counts.size > 0) found.set(name, { counts, label: line.label })
  }
  return found
}

/** The sum of those lines that exist; undefined when none does. */
export function totalOf(found: Matrix, names: readonly string[]): number | undefined {
  const lines = names.flatMap((name) => found.get(name) ?? [])
  return lines.length === 0 ? undefined : lines.reduce((total, line) => total + add(line), 0)
}

/** The line with most growth; undefined when none grew. */
export function busiest(found: Matrix, names: readonly string[]): Busiest | undefined {
  let most: Busiest | undefined
  for (const name of names) {
    const line = found.get(name)
    const total = line ? add(line) : 0
    if (!line || total === 0 || (most && total <= most.total)) continue
    const [cpu, top] = [...line.counts].reduce((a, b) => (b[1] > a[1] ? b : a))
    most = { name, label: line.label, total, cpu, share: (100 * top) / total }
  }
  return most
}

function add(line: Line): number {
  return [...line.counts.values()].reduce((total, value) => total + value, 0)
}
