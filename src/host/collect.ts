// A child's stream → its first bytes up to a cap, as text. What follows is either thrown away or left unread in the pipe.
import type { Readable } from 'node:stream'
import { decode, wholeLines } from './decode.ts'

export interface Collected {
  readonly text: () => string
  readonly bytes: () => number
  readonly close: () => void
}

/**
 * With `full` the stream is no longer read once the cap is reached: the child blocks in its write until it is stopped, and our
 * memory stays flat (M-05). Without it the rest is read and forgotten, so that a chatty stderr does not block the child.
 */
export function collect(stream: Readable | null | undefined, cap: number, full?: () => void): Collected {
  let chunks: Buffer[] = []
  let kept = 0
  let cut = false
  stream?.on('error', () => {})
  stream?.on('data', (chunk: Buffer) => {
    const room = cap - kept
    if (room > 0) chunks.push(room >= chunk.length ? chunk : chunk.subarray(0, room))
    kept = Math.min(cap, kept + chunk.length)
    if (chunk.length <= room || cut) return
    cut = true
    if (!full) return
    stream.pause()
    full()
  })
  const whole = () => {
    const all = Buffer.concat(chunks)
    const lines = cut ? wholeLines(all) : all
    chunks = [lines]
    return lines
  }
  return { text: () => decode(whole()), bytes: () => whole().length, close: () => stream?.destroy() }
}
