// A host → what can be learnt there: its context, and for each metric the source that would be asked or why none can.
import type { Host } from '../host/host.ts'
import type { Library } from '../load/library.ts'
import { choose, type Means } from '../measure/choose.ts'
import type { Context } from '../model/context.ts'
import type { Tier } from '../model/observation.ts'
import type { Request, Source, Window } from '../model/source.ts'
import { commandLine } from '../model/observation.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { readContext } from '../run/context.ts'
import { DEFAULT_WINDOW } from './options.ts'
import { hostFor } from './setup.ts'
import { sourcesOf } from './sources.ts'

export interface Site extends Means {
  readonly host: Host
  readonly context: Context
}

/** Reads only the context: a few files. */
export async function siteOf(
  library: Library,
  from: string | undefined,
  asked?: Window,
  allow: Tier = 'run',
): Promise<Site> {
  const host = await hostFor(from)
  const window = asked ?? host.recording?.window ?? DEFAULT_WINDOW
  const { context } = await readContext(host, new AbortController().signal)
  return { host, context, window, allow, sources: sourcesOf(library, host) }
}

export interface Giver {
  readonly metric: string
  readonly source?: Source
  readonly unavailable?: Unavailable
}

/** For each metric the source that would give it when all are measured together. */
export function giversOf(needs: readonly string[], site: Site): Giver[] {
  const { sources: chosen, missing } = choose(new Set(needs), site)
  return needs.map((metric) => {
    const source = chosen.find((one) => one.gives.includes(metric))
    return source
      ? { metric, source }
      : { metric, unavailable: missing.get(metric) ?? unavailable('not supported', `nothing gives ${metric}`) }
  })
}

/** What a source does, as a person would type or open it. */
export function looksOf(source: Source, site: Pick<Means, 'window' | 'context'>): string[] {
  const requests = source.requests(site.window, site.context)
  return isUnavailable(requests) ? [] : [...new Set(requests.map(requestText))]
}

/** One look, as a person would type or open it. */
export function requestText(request: Request): string {
  if (request.kind === 'run') return commandLine(request.argv)
  if (request.kind === 'scan') return `/proc/*/{${request.files.join(',')}}`
  return `${request.paths.slice(0, 3).join(' ')}${request.paths.length > 3 ? ` … (${request.paths.length} paths)` : ''}`
}
