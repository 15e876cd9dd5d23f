// Swap areas of whichever source → how full swap is, which area is the fullest, whether disks are used before memory.
import type { Reading } from '../../model/source.ts'
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

/** swapon and the kernel write a space in a name as \040; swapon --raw as \x20. */
export function unescaped(name: string): string {
  return name
    .replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\\([0-3][0-7]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
}
