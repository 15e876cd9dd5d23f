// Swap areas of whichever source → how full swap is, which area is the fullest, whether disks are used before memory.
import type { Reading } from '../../model/source.ts'
import type { Row } from '../../parse/table.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

export const SWAP_METRICS = ['swap.areas', 'swap.size', 'swap.used', 'swap.fullest', 'swap.disk_before_memory'] as const

export interface SwapArea {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly used: number
  readonly priority: number
}

export function swapReading(areas: readonly SwapArea[]): Reading | Unavailable {
  const size = areas.reduce((sum, area) => sum + area.size, 0)
  if (areas.length === 0 || size <= 0) return unavailable('nothing to measure', 'this host has no swap')
  const used = areas.reduce((sum, area) => sum + area.used, 0)
  const share = (area: SwapArea) => (area.size > 0 ? area.used / area.size : 0)
  const fullest = areas.reduce((most, area) => (share(area) > share(most) ? area : most))
  const inMemory = (area: SwapArea) => /(?:^|\/)zram\d+$/.test(area.name)
  const memory = areas.filter(inMemory).map((area) => area.priority)
  const disks = areas.filter((area) => !inMemory(area)).map((area) => area.priority)
  return {
    host: {
      'swap.areas': areas.length,
      'swap.size': size,
      'swap.used': Math.min(100, (100 * used) / size),
      'swap.fullest': fullest.name,
      'swap.disk_before_memory': Number(
        memory.length > 0 && disks.length > 0 && Math.max(...disks) > Math.max(...memory),
      ),
    },
  }
}

/** Columns that hold name, size, used and priority, in this order. */
export type AreaColumns = readonly [name: string, size: string, used: string, priority: string]

/** Rows of either table → areas; `unit` is the bytes of one of its sizes. A row that is not an area is left out. */
export function areasOf(rows: readonly Row[], columns: AreaColumns, unit: number): SwapArea[] {
  const [nameColumn, ...numbers] = columns
  return rows.flatMap((row) => {
    const name = row.text(nameColumn)
    const [size, used, priority] = numbers.map((column) => row.number(column))
    if (name === undefined || size === undefined || used === undefined || priority === undefined) return []
    return size < 0 || used < 0 ? [] : [{ name: unescaped(name), size: size * unit, used: used * unit, priority }]
  })
}

/** swapon and the kernel write a space in a name as \040; swapon --raw as \x20. */
function unescaped(name: string): string {
  return name
    .replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\\([0-3][0-7]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
}
