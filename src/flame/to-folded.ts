// Stacks → folded lines, what flamegraph.pl and most viewers read: `java;start_thread;run 42`.
import type { Stacks } from '../model/stacks.ts'

const ODD = /[^\x20-\x3a\x3c-\x7e]/
const UNSEEN = /[\p{Cc}\p{Cf}]/gu

/** Sorted. Seconds are written in microseconds, for readers expect whole numbers. */
export function toFolded({ stacks, dimension }: Stacks): string {
  const factor = dimension === 'seconds' ? 1e6 : 1
  const seen = new Map<string, string>()
  const once = (frame: string): string => {
    let text = seen.get(frame)
    if (text === undefined) seen.set(frame, (text = plain(frame)))
    return text
  }
  const lines = stacks.map(
    ({ frames, weight }) =>
      `${frames.map(once).join(';')} ${String(factor === 1 ? weight : Math.round(weight * factor))}\n`,
  )
  return lines.sort().join('')
}

/** What would end a frame or a line inside a name, and what would do things to the terminal it is shown on. */
function plain(frame: string): string {
  return ODD.test(frame)
    ? frame
        .replaceAll(';', ':')
        .replaceAll(/\r\n|[\r\n]/g, ' ')
        .replaceAll(UNSEEN, '?')
    : frame
}
