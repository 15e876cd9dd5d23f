// Stacks → folded lines, what flamegraph.pl and most viewers read: `java;start_thread;run 42`.
import type { Stacks } from '../model/stacks.ts'

/** Sorted. Seconds are written in microseconds, for readers expect whole numbers. */
export function toFolded({ stacks, dimension }: Stacks): string {
  const factor = dimension === 'seconds' ? 1e6 : 1
  const lines = stacks.map(
    ({ frames, weight }) =>
      `${frames.map(plain).join(';')} ${String(factor === 1 ? weight : Math.round(weight * factor))}\n`,
  )
  return lines.sort().join('')
}

/** What would end a frame or a line inside a name. */
function plain(frame: string): string {
  return /[;\r\n]/.test(frame) ? frame.replaceAll(';', ':').replaceAll(/[\r\n]/g, ' ') : frame
}
