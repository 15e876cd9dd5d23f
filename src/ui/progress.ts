// Seconds of a measurement, or of a wait for something → one line on a terminal, drawn over itself and wiped when it is done.
import type { Waited } from '../model/escalation.ts'

const WIDTH = 30
/** What is told beside it must not fold the line of a terminal of 80 columns: only the last of two could be wiped. */
const NARROW = 16

export interface Progress {
  readonly update: (elapsedMs: number, totalMs: number, waited?: Waited) => void
  readonly wipe: () => void
}

export function progressLine(stream: NodeJS.WriteStream): Progress {
  let shown = false
  const wipe = () => {
    if (shown) stream.write('\r\x1b[K')
    shown = false
  }
  return {
    update: (elapsedMs, totalMs, waited) => {
      if (totalMs <= 0) return
      const share = Math.min(1, elapsedMs / totalMs)
      const left = Math.max(0, Math.ceil((totalMs - elapsedMs) / 1000))
      stream.write(`\r\x1b[K  ${waited ? told(share, left, waited) : `measuring ${bar(share, WIDTH)} ${left} s left`}`)
      shown = true
    },
    wipe,
  }
}

function told(share: number, left: number, { doing, looks, unknown, eventsPerSecond }: Waited): string {
  if (doing === 'arming') return 'getting ready to record'
  if (doing === 'reading') return 'reading what was recorded'
  const parts = [
    `${timeOf(left)} left`,
    `${looks} look${looks === 1 ? '' : 's'}${unknown ? ', cannot tell yet' : ''}`,
    ...(eventsPerSecond === undefined || unknown ? [] : [`${eventsPerSecond} events/s`]),
  ]
  return `${doing} ${bar(share, NARROW)} ${parts.join(', ')}`
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width)
  return `${'#'.repeat(full)}${'.'.repeat(width - full)}`
}

/** To the second, so that a person sees it move. */
function timeOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = `${seconds % 60} s`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${rest}` : rest
}
