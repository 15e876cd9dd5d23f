// What a client sent and received through the window → how long, up to its end, a server answered nothing although it was asked.

export interface Traffic {
  readonly atMs: number
  /** Requests sent and connections tried, together; since the mount. */
  readonly attempts: number | undefined
  readonly replies: number | undefined
}

/**
 * Zero while a reply came after the last attempt. Requests sent less replies received are of no use here: what a broken connection
 * lost stays in that difference for ever. An attempt between two looks counts from the later one, so the time is a lower bound.
 */
export function unansweredSeconds(traffic: readonly Traffic[]): number | undefined {
  let since: number | undefined
  for (let i = 1; i < traffic.length; i++) {
    const before = traffic[i - 1]
    const now = traffic[i]
    if (before?.attempts === undefined || before.replies === undefined) return undefined
    if (now?.attempts === undefined || now.replies === undefined) return undefined
    if (now.attempts < before.attempts || now.replies < before.replies) return undefined
    if (now.replies > before.replies) since = undefined
    else if (now.attempts > before.attempts) since ??= now.atMs
  }
  const last = traffic.at(-1)
  if (traffic.length < 2 || last === undefined) return undefined
  return since === undefined ? 0 : (last.atMs - since) / 1000
}
