// The product's sources and those of the library's own metrics. As root a program is run only when nobody else can change the file that names it.
import { resolve } from 'node:path'
import { sources } from '../generated/sources.ts'
import type { Host } from '../host/host.ts'
import { changeableByOthers } from '../host/trust.ts'
import type { Library } from '../load/library.ts'
import { ownMetricsOf } from '../load/own-metrics.ts'
import type { OwnMetric } from '../model/own-metric.ts'
import type { Source } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { ownSources } from '../tools/own/sources.ts'

/** Without a host, or with a recorded one, nothing is run: then it does not matter whose files these are. */
export function sourcesOf(library: Library, host?: Pick<Host, 'kind'>): readonly Source[] {
  const own = ownMetricsOf(library)
  if (own.size === 0) return sources
  const guarded = host?.kind === 'local' && process.getuid?.() === 0
  return [...sources, ...ownSources(own.values(), guarded ? refusal(trustedUsers()) : undefined)]
}

/** Root, and who became root by sudo: that person can change anything here in any case. */
function trustedUsers(): ReadonlySet<number> {
  const sudo = /^\d{1,10}$/.exec(process.env['SUDO_UID'] ?? '')?.[0]
  return new Set([0, ...(sudo === undefined ? [] : [Number(sudo)])])
}

function refusal(users: ReadonlySet<number>): (own: OwnMetric) => Unavailable | undefined {
  const known = new Map<string, string | undefined>()
  return ({ file, metric, document }) => {
    if (!known.has(file)) known.set(file, changeableByOthers(resolve(file), users))
    const at = known.get(file)
    if (at === undefined) return undefined
    const reason = `${document.argv[0]} is not run as root for ${metric.id}: others may write ${at}`
    return unavailable('not permitted', reason, `chown root ${at} && chmod go-w ${at}`)
  }
}
