// The monotonic clock → milliseconds since the start of the run, and waiting for a moment of it without drift.

export type Clock = () => number

export function clock(): Clock {
  const start = performance.now()
  return () => round(performance.now() - start)
}

/** Microseconds are as fine as a report gets. */
export function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** Settles at the moment, or at once when the signal is aborted. */
export function until(moment: number, now: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(0, moment - now()))
    signal.addEventListener('abort', done, { once: true })
  })
}
