// A host → what tracebook can learn there: tools with versions, sources that work, metrics nobody gives, switches of the kernel.
import type { Asked } from '../../host/host.ts'
import { choose, futile } from '../../measure/choose.ts'
import { installCommand } from '../../measure/packages.ts'
import type { Context } from '../../model/context.ts'
import type { Observation, Tier } from '../../model/observation.ts'
import { NOW, type Request, type Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { isOwn } from '../../tools/own/sources.ts'
import type { Site } from '../site.ts'
import { SWITCH_FILES, switchesOf, type Switch } from './switches.ts'
import { versionArgv, versionOf } from './versions.ts'

export interface ToolState {
  readonly tool: string
  readonly path?: string
  readonly version?: string
  readonly unavailable?: Unavailable
}
export interface SourceState {
  readonly source: string
  readonly tier: Tier
  readonly unavailable?: Unavailable
}
export interface TierState {
  readonly tier: Tier
  readonly works: boolean
  readonly text: string
}
export interface Examination {
  readonly host: Pick<Context, 'hostname' | 'kernel' | 'virtualization' | 'container' | 'usableCpus' | 'privileges'> & {
    readonly distribution: string
  }
  readonly tools: readonly ToolState[]
  readonly sources: readonly SourceState[]
  /** Metrics that no source can give here. */
  readonly unknown: readonly { readonly metric: string; readonly why: Unavailable }[]
  readonly tiers: readonly TierState[]
  readonly switches: readonly Switch[]
  /** One command that installs every tool that is missing and would find something to look at. */
  readonly install?: string
}

export async function examine(site: Site, metrics: readonly string[]): Promise<Examination> {
  const { host, context, sources } = site
  const tools = [...new Set(sources.flatMap(({ tool }) => tool ?? []))].sort()
  const found = tools.filter((tool) => typeof host.which(tool) === 'string')
  // What `--version` does to a program of a team, nobody knows.
  const asking = found.filter((tool) => sources.some((source) => source.tool === tool && !isOwn(source)))
  // A recording knows what was seen in its run; asking it more would only tell that it was not asked then.
  const looks =
    host.kind === 'local'
      ? await host.look(asked(site, asking), NOW, new AbortController().signal)
      : new Map<string, readonly Observation[]>()
  const states = sources.map((source) => sourceState(source, site, looks.get(source.id)))
  const usable = sources.filter((source) =>
    states.every((state) => state.source !== source.id || state.unavailable === undefined),
  )
  const { missing } = choose(new Set(metrics), { ...site, sources: usable })
  const reasons = new Map(states.map(({ source, unavailable: why }) => [source, why]))
  const absent = tools.filter((tool) => !found.includes(tool) && helps(tool, site))
  const install = installCommand(absent, context)
  const { hostname, kernel, virtualization, container, usableCpus, privileges, distribution } = context
  return {
    host: { hostname, kernel, virtualization, container, usableCpus, privileges, distribution: distribution.name },
    tools: tools.map((tool) => toolState(tool, site, looks.get(`version:${tool}`)?.[0])),
    sources: states,
    unknown: [...missing].map(([metric, why]) => ({ metric, why: firstReason(metric, reasons, sources) ?? why })),
    tiers: tiersOf(found.length, tools.length, sources),
    switches: switchesOf(context, looks.get('switches')?.[0]),
    ...(install === undefined ? {} : { install }),
  }
}

/** Would some source use it, were it here? */
function helps(tool: string, { sources, window, context }: Site): boolean {
  return sources.some((source) => {
    const requests = source.tool === tool ? source.requests(window, context) : undefined
    return requests !== undefined && !(isUnavailable(requests) && futile(requests))
  })
}

/** Versions, switches, and once each file that sources read: all at the same moment. Processes are not walked. */
function asked(site: Site, tools: readonly string[]): Asked[] {
  const files = site.sources.flatMap((source) => {
    const requests = source.requests(site.window, site.context)
    const reads = isUnavailable(requests) ? [] : requests.filter((request) => request.kind === 'read')
    return reads.map((request): Asked => ({ source: source.id, tier: 'read', request: { ...request, at: 'start' } }))
  })
  const versions = tools.map((tool): Asked => ({
    source: `version:${tool}`,
    tier: 'run',
    request: versionRequest(tool),
  }))
  return [
    { source: 'switches', tier: 'read', request: { kind: 'read', paths: SWITCH_FILES, at: 'start' } },
    ...files,
    ...versions,
  ]
}

function versionRequest(tool: string): Request {
  return { kind: 'run', argv: versionArgv(tool), at: 'start', graceMs: 1000 }
}

function toolState(tool: string, { host }: Site, look: Observation | undefined): ToolState {
  const path = host.which(tool)
  if (isUnavailable(path)) return { tool, unavailable: path }
  const version = look && versionOf(`${look.text}\n${look.stderr ?? ''}`)
  return { tool, path, ...(version === undefined ? {} : { version }) }
}

function sourceState(source: Source, site: Site, looks: readonly Observation[] = []): SourceState {
  const { id, tier, gives } = source
  const why =
    choose(new Set(gives.slice(0, 1)), { ...site, sources: [source] }).missing.get(gives[0] ?? '') ?? unreadable(looks)
  return { source: id, tier, ...(why ? { unavailable: why } : {}) }
}

function unreadable(looks: readonly Observation[]): Unavailable | undefined {
  const bad = looks.length > 0 && looks.every(({ outcome }) => outcome !== 'ok') ? looks[0] : undefined
  if (!bad) return undefined
  const what = bad.paths?.[0] ?? bad.source
  if (bad.outcome === 'denied') return unavailable('not permitted', `${what} may not be read`, 'run as root')
  return bad.outcome === 'missing'
    ? unavailable('not supported', `${what} is not here`)
    : unavailable('failed', `${what} could not be read`)
}

function firstReason(
  metric: string,
  reasons: ReadonlyMap<string, Unavailable | undefined>,
  sources: readonly Source[],
): Unavailable | undefined {
  return sources
    .filter(({ gives }) => gives.includes(metric))
    .map(({ id }) => reasons.get(id))
    .find((why) => why !== undefined)
}

function tiersOf(found: number, wanted: number, sources: readonly Source[]): TierState[] {
  return [
    { tier: 'read', works: true, text: 'files below /proc and /sys' },
    { tier: 'run', works: found > 0, text: `${found} of ${wanted} tools` },
    ...(['count', 'trace'] as const).map((tier) => {
      const probes = sources.filter((source) => source.tier === tier).length
      return { tier, works: probes > 0, text: probes > 0 ? `${probes} probes` : 'no probes in this version' }
    }),
  ]
}
