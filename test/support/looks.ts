// Test helper: what a source asks for, and texts → the Observations a host would have made of them.
import type { Context } from '../../src/model/context.ts'
import type { Observation, Outcome } from '../../src/model/observation.ts'
import type { Request, Source, Window } from '../../src/model/source.ts'
import { isUnavailable } from '../../src/model/unavailable.ts'

export interface Planned {
  readonly atMs: number
  readonly request: Request
}

export interface LookOptions {
  readonly atMs?: number
  readonly outcome?: Outcome
  /** When it was not what the source asks for now: an older capture. */
  readonly argv?: readonly string[]
}

/** The looks a source takes in a window, in the order they are taken; none when this host cannot. */
export function plan(source: Source, window: Window, context: Context): Planned[] {
  const requests = source.requests(window, context)
  if (isUnavailable(requests)) return []
  const end = window.intervalMs * window.count
  const every = Array.from({ length: window.count + 1 }, (_, i) => i * window.intervalMs)
  const moments = { start: [0], end: [end], ends: [0, end], every }
  const looks = requests.flatMap((request) => moments[request.at].map((atMs) => ({ atMs, request })))
  return looks.toSorted((a, b) => a.atMs - b.atMs)
}

/** Texts, in time order → observations. Where the plan has another number of looks they are spread over the window. */
export function observe(
  source: Source,
  texts: readonly string[],
  window: Window,
  context: Context,
  options: readonly LookOptions[] = [],
): Observation[] {
  const planned = plan(source, window, context)
  const span = window.intervalMs * window.count
  return texts.map((text, i) => {
    const spread = texts.length > 1 ? (i * span) / (texts.length - 1) : 0
    const look = planned.length === texts.length ? planned[i] : planned[0] && { ...planned[0], atMs: spread }
    return {
      id: `${source.id}#${i + 1}`,
      source: source.id,
      tier: source.tier,
      ...(look?.request.kind === 'run' ? { argv: options[i]?.argv ?? look.request.argv } : {}),
      ...(look?.request.kind === 'read' ? { paths: look.request.paths } : {}),
      atMs: options[i]?.atMs ?? look?.atMs ?? spread,
      elapsedMs: look?.request.kind === 'run' && look.request.lasting ? span : 1,
      cpuMs: 0,
      outcome: options[i]?.outcome ?? 'ok',
      text,
      bytes: Buffer.byteLength(text),
    }
  })
}
