// What an armed row waits for → whether it happened: asked once the row records, and let go of on every way out.
import type { Until } from './host.ts'

export interface Trigger {
  /** Asks from now on; settles, never fails, when it is known. */
  readonly begin: () => Promise<boolean>
  /** Waits until it is known; a row that failed (`given up`) waits no more. Throws what the trigger threw: a fault of ours. */
  readonly end: (givenUp: boolean) => Promise<void>
}

/** Said of an act that lasted to its end for nothing. */
export const NOT_COME = 'what it waited for did not happen\n'

export function newTrigger(until: Until, signal: AbortSignal): Trigger {
  const over = new AbortController()
  let asked: Promise<boolean> | undefined
  return {
    begin: () => {
      asked ??= until(AbortSignal.any([signal, over.signal]))
      return asked.catch(() => false)
    },
    end: async (givenUp) => {
      if (givenUp) over.abort()
      await asked
    },
  }
}
