// A log read out of a ring → the part of it in which nothing is missing, and the time that is. Each CPU has a ring of its own, and the busiest reaches back least:
// what stands before its first event is left out, else a start of the quiet CPU would find the end of a later one.
import type { Reading } from '../model/source.ts'
import type { LogEvent } from './log-event.ts'

/** All CPUs together: printed, the smallest events are five times as long, and that has to fit what is kept of a text. */
const RING_KB = 6144
const LEAST_KB = 16

export function ringKb(cpus: number): number {
  return Math.max(LEAST_KB, Math.floor(RING_KB / cpus))
}

/** `whole`: the first moment of which every CPU has everything; undefined: nothing was overwritten. */
export function sinceWhole(log: readonly LogEvent[], whole: number | undefined): readonly LogEvent[] {
  return whole === undefined ? log : log.filter(({ seconds }) => seconds >= whole)
}

/** The reading of a ring also says which time it covers. */
export function withSpan(log: readonly LogEvent[], reading: Reading): Reading {
  const [first] = log
  if (!first) return reading
  let { seconds: from } = first
  let to = from
  for (const { seconds } of log) {
    from = Math.min(from, seconds)
    to = Math.max(to, seconds)
  }
  return { ...reading, spanSeconds: to - from }
}
