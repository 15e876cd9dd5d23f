// Needed metrics + what this host can do → the sources to ask: the preferred one of each metric, and none that adds nothing.
import type { Context } from '../model/context.ts'
import type { Tier } from '../model/observation.ts'
import type { Source, Window } from '../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import type { Host } from '../host/host.ts'

const RANK: Readonly<Record<Tier, number>> = { run: 10, read: 20, count: 50, trace: 60 }
const ORDER: readonly Tier[] = ['read', 'run', 'count', 'trace']
const NOTHING = 'nothing to measure'

export interface Choice {
  /** In the order they are believed: the first to give a metric keeps it. */
  readonly sources: readonly Source[]
  /** Metric → why no source can give it. */
  readonly missing: ReadonlyMap<string, Unavailable>
}

export interface Means {
  readonly host: Pick<Host, 'which'>
  readonly context: Context
  readonly window: Window
  readonly sources: readonly Source[]
  /** The most intrusive tier allowed. */
  readonly allow: Tier
}

export function choose(needs: ReadonlySet<string>, means: Means, without: ReadonlySet<string> = new Set()): Choice {
  const refused = new Map<string, Unavailable>()
  const usable = means.sources.filter((source) => {
    if (without.has(source.id) || !source.gives.some((id) => needs.has(id))) return false
    const why = obstacle(source, means)
    if (why) refused.set(source.id, why)
    return why === undefined
  })
  const byRank = (a: Source, b: Source) => rankOf(a, means.context) - rankOf(b, means.context)
  usable.sort(byRank)
  const missing = new Map<string, Unavailable>()
  const chosen = new Set<Source>()
  for (const id of needs) {
    const best = usable.find((source) => source.gives.includes(id))
    if (best) chosen.add(best)
    else missing.set(id, reasonFor(id, means, refused))
  }
  return { sources: fewest([...chosen], needs, means.context).sort(byRank), missing }
}

/**
 * Drops sources whose needed metrics all come from others that are asked anyway: fewer processes for the same knowledge. A source
 * never gives way to one that ranks behind it: the traditional tool stays the witness where its twin is read for something else.
 */
function fewest(chosen: readonly Source[], needs: ReadonlySet<string>, context: Context): Source[] {
  const leastFirst = [...chosen].sort((a, b) => useful(a, needs) - useful(b, needs))
  let kept = leastFirst
  for (const source of leastFirst) {
    const rank = rankOf(source, context)
    const others = kept.filter((other) => other !== source && rankOf(other, context) <= rank)
    if (source.gives.every((id) => !needs.has(id) || others.some((other) => other.gives.includes(id))))
      kept = kept.filter((other) => other !== source)
  }
  return kept
}

/** What each source is asked for: the needed metrics no source before it gives. */
export function wantedOf(
  sources: readonly Source[],
  needs: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const given = new Set<string>()
  return new Map(
    sources.map((source) => {
      const wanted = source.gives.filter((id) => needs.has(id) && !given.has(id))
      for (const id of wanted) given.add(id)
      return [source.id, new Set(wanted)]
    }),
  )
}

function useful(source: Source, needs: ReadonlySet<string>): number {
  return source.gives.filter((id) => needs.has(id)).length
}

function obstacle(source: Source, means: Means): Unavailable | undefined {
  if (ORDER.indexOf(source.tier) > ORDER.indexOf(means.allow))
    return unavailable(
      'not consented',
      `${source.id} is of tier ${source.tier}; only up to ${means.allow} is allowed`,
      `--allow ${source.tier}`,
    )
  const requests = source.requests(means.window, means.context)
  const refusal = isUnavailable(requests) ? requests : undefined
  if (refusal && futile(refusal)) return refusal
  const path = source.tool === undefined ? undefined : means.host.which(source.tool)
  return isUnavailable(path) ? path : refusal
}

/** Nobody needs a program for a device that is not there, or that no program could read here. */
export function futile(why: Unavailable): boolean {
  return why.unavailable === NOTHING || why.unavailable === 'not supported'
}

function reasonFor(metric: string, means: Means, refused: ReadonlyMap<string, Unavailable>): Unavailable {
  const givers = means.sources.filter((source) => source.gives.includes(metric))
  const reasons = givers.flatMap((source) => refused.get(source.id) ?? [])
  return (
    reasons.find((why) => why.unavailable === NOTHING) ??
    reasons[0] ??
    unavailable('not supported', `no probe yet: nothing in this version gives ${metric}`)
  )
}

function rankOf(source: Source, context: Context): number {
  return source.rank?.(context) ?? RANK[source.tier]
}
