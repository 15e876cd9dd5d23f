// A plan and the rate of events → how long a log of every event may last: what is kept of it is bounded.
import type { Plan } from '../model/probe.ts'

/** Each event is copied out and printed, 100 to 170 bytes: these fit the buffers and what is kept of a text. */
const EVENTS_PER_CPU = 40_000
const MOST_EVENTS = 90_000

/** Above, copying each event out costs more than counting it in the kernel is worth (safety: no event log above 10,000/s). */
export const LOG_MOST_EVENTS = 10_000

/** What is kept of the printed log. */
export const LOG_CAP = 32 * 2 ** 20

export function logSeconds({ seconds, rate, cpus }: Plan): number {
  const budget = Math.min(EVENTS_PER_CPU * cpus, MOST_EVENTS)
  const most = rate === undefined || rate <= 0 ? seconds : budget / rate
  return Math.max(0.2, Math.round(Math.min(seconds, most) * 10) / 10)
}
