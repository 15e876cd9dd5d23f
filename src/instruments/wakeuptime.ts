// Blocks of wakeuptime (libbpf-tools) → stacks of the wakers, weighted by the time those they woke had slept.
//   target:          ledger
//   ffffffff813a8887 try_to_wake_up
//   ffffffff8141e4ce hrtimer_wakeup
//             waker: tile-cache
//   10058
import { foldStackBlocks } from '../flame/index.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import type { Measured } from './measured.ts'

const TARGET = /^\s*target:\s+\S/
const WAKER = /^\s*waker:\s+(.*)$/
const FRAME = /^\s+[0-9a-f]{8,16} (\S+)/
const WEIGHT = /^\s+(\d+)$/

export function readWakeuptime(text: string): Measured | Unavailable {
  const lines: string[] = []
  let targets = 0
  for (const line of text.split('\n')) {
    const frame = FRAME.exec(line)?.[1]
    const waker = WAKER.exec(line)?.[1]
    const weight = WEIGHT.exec(line)?.[1]
    if (TARGET.test(line)) targets++
    else if (frame !== undefined) lines.push(`    ${frame}`)
    else if (waker !== undefined) lines.push(`    -                ${waker} (0)`)
    else if (weight !== undefined) lines.push(`        ${weight}`, '')
  }
  const begun = /^Tracing blocked time/m.test(text)
  return targets === 0 && !begun
    ? unavailable('not understood', 'wakeuptime printed no stacks')
    : { stacks: foldStackBlocks(lines.join('\n'), 'us') }
}
