// What all sources ask of one measurement → their looks over one window: programs together, files at start, end or every interval.
import type { Observation } from '../model/observation.ts'
import type { RunRequest, Window } from '../model/source.ts'
import { until, type Clock } from './clock.ts'
import type { Asked, Progress } from './host.ts'

/** Takes one look now. `stop` ends it early as interrupted. */
export interface Taken {
  readonly done: Promise<Observation>
  readonly stop?: () => void
}

export interface Taker {
  readonly now: Clock
  readonly take: (asked: Asked) => Taken
  /** The look that was not begun because the run was stopped. */
  readonly interrupted: (asked: Asked) => Observation
}

type Moment = 'open' | 'tick' | 'close'

export async function look(
  asked: readonly Asked[],
  window: Window,
  signal: AbortSignal,
  { now, take, interrupted }: Taker,
  progress?: Progress,
): Promise<Map<string, Observation[]>> {
  const taken: { readonly asked: Asked; readonly looks: Promise<Observation>[] }[] = asked.map((one) => ({
    asked: one,
    looks: [],
  }))
  const stops = new Set<() => void>()
  const stopAll = () => stops.forEach((stop) => stop())
  signal.addEventListener('abort', stopAll, { once: true })
  const begin = (moment: Moment, kind: 'run' | 'files') => {
    for (const one of taken) {
      if ((one.asked.request.kind === 'run') !== (kind === 'run') || !due(one.asked, moment, window)) continue
      if (signal.aborted) {
        if (moment !== 'tick' || one.looks.length === 0) one.looks.push(Promise.resolve(interrupted(one.asked)))
        continue
      }
      const { done, stop } = take(one.asked)
      one.looks.push(done)
      if (stop) stops.add(stop)
    }
  }
  const opened = now()
  begin('open', 'run')
  begin('open', 'files')
  await ticks(window, opened, now, signal, (last) => {
    // Programs after the files: starting them takes a millisecond each, and the files' interval should be the window's.
    for (const kind of ['files', 'run'] as const) {
      begin('tick', kind)
      if (last) begin('close', kind)
    }
    const total = window.intervalMs * window.count
    progress?.(Math.min(Math.round(now() - opened), total), total)
  })
  const found = new Map<string, Observation[]>()
  for (const one of taken) {
    const looks = await Promise.all(one.looks)
    found.set(one.asked.source, [...(found.get(one.asked.source) ?? []), ...looks])
  }
  signal.removeEventListener('abort', stopAll)
  for (const looks of found.values()) looks.sort((a, b) => a.atMs - b.atMs)
  return found
}

/** Exact multiples of the interval: a late timer does not push the next one. A tick that was slept through is left out. */
async function ticks(
  window: Window,
  opened: number,
  now: Clock,
  signal: AbortSignal,
  at: (last: boolean) => void,
): Promise<void> {
  for (let tick = 1; tick <= window.count; tick++) {
    const last = tick === window.count
    if (!last && now() > opened + (tick + 0.5) * window.intervalMs) continue
    await until(opened + tick * window.intervalMs, now, signal)
    at(last || signal.aborted)
    if (signal.aborted) return
  }
}

function due({ request: { at } }: Asked, moment: Moment, { count }: Window): boolean {
  if (moment === 'open') return at !== 'end'
  if (moment === 'tick') return at === 'every'
  return count > 0 && (at === 'end' || at === 'ends')
}

/** How long a program may take: the window when it lasts for it, and its grace. */
export function deadlineOf({ lasting, graceMs }: RunRequest, { intervalMs, count }: Window): number {
  return (lasting ? intervalMs * count : 0) + (graceMs ?? 3000)
}
