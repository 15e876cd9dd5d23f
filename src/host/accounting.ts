// What the run itself costs: its own CPU time and memory, and the CPU time of the children that were reaped.
//   /proc/self/stat: 4711 (node) R 1 4711 … utime stime cutime cstime …     times in kernel ticks of 10 ms
import { readFileSync } from 'node:fs'
import type { Cost } from '../model/report.ts'

// USER_HZ is 100 on every architecture Node runs on.
const TICK_MS = 10

/** CPU time of every child reaped so far, in ms. Sums are right; one child's share is right to a tick. */
export function childrenCpuMs(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // The name may contain spaces and brackets; utime is the 14th field, and the state after the name the 3rd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS
  } catch {
    return 0
  }
}

export interface Meter {
  /** CPU time of children since this was last asked: the cost of the child whose end is being reported. */
  readonly reaped: () => number
  readonly cost: () => Cost
}

export function meter(): Meter {
  const before = childrenCpuMs()
  let last = before
  return {
    reaped: () => {
      const total = childrenCpuMs()
      const grown = total - last
      last = total
      return grown
    },
    cost: () => {
      const { user, system } = process.cpuUsage()
      const ownCpuMs = Math.round((user + system) / 1000)
      return {
        cpuMs: ownCpuMs + childrenCpuMs() - before,
        ownCpuMs,
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      }
    },
  }
}
