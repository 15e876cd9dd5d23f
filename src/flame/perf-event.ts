// The first line of a sample in `perf script` → where its thread name ends, its period, its event. Bytes, no strings: there is one per sample.
//   java 24636/25607 [000] 4794564.109216:     250000 cpu-clock:ppp:
//   V8 WorkerThread 25607 4794564.109216: cycles:
//   swapper     0 [000] 11984.476263: sched:sched_switch: prev_comm=swapper/0 prev_pid=0 …

export interface EventLine {
  commEnd: number
  /** 0: none printed. */
  period: number
  /** Empty: the line does not end with the name of an event. */
  eventStart: number
  eventEnd: number
}

const SPACE = 32,
  SLASH = 47,
  ZERO = 48,
  NINE = 57,
  COLON = 58

/** False: no such line. The name ends at the first blank that a whole number and a blank follow, as everybody reads it. */
export function eventOf(bytes: Uint8Array, start: number, end: number, out: EventLine): boolean {
  for (let at = start + 1; at < end; at++) {
    if (!isBlank(bytes[at] as number)) continue
    const commEnd = at
    while (at < end && isBlank(bytes[at] as number)) at++
    let to = digits(bytes, at, end)
    if (to === at) {
      at--
      continue
    }
    while (bytes[to] === SLASH) to++
    to = digits(bytes, to, end)
    if (to < end && !isBlank(bytes[to] as number)) {
      at--
      continue
    }
    out.commEnd = commEnd
    tail(bytes, to, end, out)
    return to < end
  }
  return false
}

/** `…: PERIOD EVENT:` from the end of the line; the period may be missing. */
function tail(bytes: Uint8Array, start: number, end: number, out: EventLine): void {
  out.period = out.eventStart = out.eventEnd = 0
  let last = end
  while (last > start && isBlank(bytes[last - 1] as number)) last--
  if (bytes[last - 1] !== COLON) return
  let first = last - 1
  while (first > start && !isBlank(bytes[first - 1] as number)) first--
  if (first === last - 1 || first === start) return
  let at = first
  while (at > start && isBlank(bytes[at - 1] as number)) at--
  let period = 0
  for (let scale = 1; at > start && isDigit(bytes[at - 1] as number); scale *= 10, at--)
    period += scale * ((bytes[at - 1] as number) - ZERO)
  while (at > start && isBlank(bytes[at - 1] as number)) at--
  if (bytes[at - 1] !== COLON) return
  out.period = period
  out.eventStart = first
  out.eventEnd = last - 1
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at] as number)) at++
  return at
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= 13)
}
