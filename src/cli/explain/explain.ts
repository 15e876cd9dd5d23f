// An id → what is known about everything that has it: plain data, printed as a page or as JSON.
import { compileRunbook, allSteps } from '../../compile/flatten.ts'
import { describe } from '../../compile/machine.ts'
import { checkProgram } from '../../judge/program.ts'
import { probes } from '../../generated/probes.ts'
import type { Library } from '../../load/library.ts'
import { ownMetricsOf } from '../../load/own-metrics.ts'
import type { CauseAdvice, CheckDocument } from '../../model/check.ts'
import type { Metric } from '../../model/metric.ts'
import type { Tier } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import type { Unavailable } from '../../model/unavailable.ts'
import { probePage, type ProbePage } from './probe.ts'
import { giversOf, looksOf, type Giver, type Site } from '../site.ts'

/** Where a metric would come from on this host, or why it is unknown. */
export interface Origin {
  readonly metric: string
  readonly source?: string
  readonly tier?: Tier
  readonly looks?: readonly string[]
  readonly unavailable?: Unavailable
}

export interface CheckPage {
  readonly kind: 'check'
  readonly id: string
  readonly file: string
  readonly document: Omit<CheckDocument, 'tests'>
  readonly metrics: readonly Origin[]
  readonly explainedBy: readonly string[]
  readonly runbooks: readonly string[]
  readonly causes: readonly string[]
}
export interface MetricPage {
  readonly kind: 'metric'
  readonly id: string
  readonly metric: Metric
  /** The check of a team that declares it. */
  readonly file?: string
  readonly here: Origin
  readonly sources: readonly {
    readonly id: string
    readonly tier: Tier
    readonly asks: string
    readonly looks: readonly string[]
    readonly unavailable?: Unavailable
  }[]
  readonly checks: readonly string[]
}
export interface CausePage {
  readonly kind: 'cause'
  readonly id: string
  readonly title: string
  readonly use: string
  readonly culprit: string
  readonly family: string
  readonly advice?: CauseAdvice
  readonly concluded: readonly { readonly runbook: string; readonly when: string; readonly text: string }[]
}
export interface RunbookPage {
  readonly kind: 'runbook'
  readonly id: string
  readonly file: string
  readonly title: string
  readonly goal: string
  readonly steps: readonly {
    readonly state: string
    readonly depth: number
    readonly text: string
    readonly when?: string
    readonly cause?: string
  }[]
  readonly followedBy: readonly string[]
}
export interface SourcePage {
  readonly kind: 'source'
  readonly id: string
  readonly tier: Tier
  readonly asks: string
  readonly tool?: string
  readonly looks: readonly string[]
  readonly gives: readonly string[]
  readonly unavailable?: Unavailable
}
export type Explained = CheckPage | MetricPage | CausePage | RunbookPage | SourcePage | ProbePage

export function idsOf(
  library: Library,
  catalogue: ReadonlyMap<string, Metric>,
  sources: readonly Source[],
): Set<string> {
  return new Set([
    ...library.checks.keys(),
    ...library.runbooks.keys(),
    ...library.causes.keys(),
    ...catalogue.keys(),
    ...sources.map(({ id }) => id),
    ...probes.map(({ id }) => id),
  ])
}

export function explain(id: string, library: Library, catalogue: ReadonlyMap<string, Metric>, site: Site): Explained[] {
  return [
    checkPage(id, library, catalogue, site),
    metricPage(id, library, catalogue, site),
    causePage(id, library, catalogue),
    runbookPage(id, library, catalogue),
    sourcePage(id, site),
    probePage(id, library, catalogue, probes),
  ].filter((page) => page !== undefined)
}

function checkPage(
  id: string,
  library: Library,
  catalogue: ReadonlyMap<string, Metric>,
  site: Site,
): CheckPage | undefined {
  const loaded = library.checks.get(id)
  if (!loaded) return undefined
  const { tests: _tests, ...document } = loaded.document
  const program = checkProgram(loaded, catalogue)
  return {
    kind: 'check',
    id,
    file: loaded.file,
    document,
    metrics: giversOf(program.needs, site).map((giver) => originOf(giver, site)),
    explainedBy: [...library.checks.values()]
      .filter((other) => other.document.explains?.includes(id))
      .map((other) => other.id),
    runbooks: judgedIn(library, catalogue).get(id) ?? [],
    causes: [
      ...new Set(
        conclusions(library, catalogue)
          .filter(({ checks }) => checks.includes(id))
          .map(({ cause }) => cause),
      ),
    ],
  }
}

function metricPage(
  id: string,
  library: Library,
  catalogue: ReadonlyMap<string, Metric>,
  site: Site,
): MetricPage | undefined {
  const metric = catalogue.get(id)
  if (!metric) return undefined
  const file = ownMetricsOf(library).get(id)?.file
  return {
    kind: 'metric',
    id,
    metric,
    ...(file === undefined ? {} : { file }),
    here: giversOf([id], site).map((giver) => originOf(giver, site))[0] ?? { metric: id },
    sources: site.sources
      .filter((source) => source.gives.includes(id))
      .map(({ id, tier, asks, ...rest }) => ({ id, tier, asks, ...lookingHere({ id, tier, asks, ...rest }, site) })),
    checks: readersOf(library, catalogue).get(id) ?? [],
  }
}

function causePage(id: string, library: Library, catalogue: ReadonlyMap<string, Metric>): CausePage | undefined {
  const cause = library.causes.get(id)
  if (!cause) return undefined
  const concluded = conclusions(library, catalogue).filter((one) => one.cause === id)
  return { kind: 'cause', ...cause, concluded: concluded.map(({ runbook, when, text }) => ({ runbook, when, text })) }
}

function runbookPage(id: string, library: Library, catalogue: ReadonlyMap<string, Metric>): RunbookPage | undefined {
  const loaded = library.runbooks.get(id)
  if (!loaded) return undefined
  const { title, goal, steps } = compileRunbook(id, library, catalogue)
  const follows = (other: string) =>
    allSteps(compileRunbook(other, library, catalogue).steps).some(({ step }) => 'follow' in step && step.follow === id)
  const flat = (level: typeof steps, depth: number): RunbookPage['steps'] =>
    level.flatMap((step) => [
      {
        state: step.state,
        depth,
        text: describe(step),
        ...(step.when ? { when: step.when.text } : {}),
        ...('conclude' in step.step && step.step.cause !== undefined ? { cause: step.step.cause } : {}),
      },
      ...flat(step.steps, depth + 1),
    ])
  return {
    kind: 'runbook',
    id,
    file: loaded.file,
    title,
    goal,
    steps: flat(steps, 0),
    followedBy: [...library.runbooks.keys()].filter(follows),
  }
}

function sourcePage(id: string, site: Site): SourcePage | undefined {
  const source = site.sources.find((one) => one.id === id)
  if (!source) return undefined
  const { tier, asks, tool, gives } = source
  return {
    kind: 'source',
    id,
    tier,
    asks,
    ...(tool === undefined ? {} : { tool }),
    gives,
    ...lookingHere(source, site),
  }
}

function lookingHere(
  source: Source,
  site: Site,
): { readonly looks: readonly string[]; readonly unavailable?: Unavailable } {
  const [giver] = giversOf(source.gives.slice(0, 1), { ...site, sources: [source] })
  return { looks: looksOf(source, site), ...(giver?.unavailable ? { unavailable: giver.unavailable } : {}) }
}

function originOf({ metric, source, unavailable }: Giver, site: Site): Origin {
  if (source) return { metric, source: source.id, tier: source.tier, looks: looksOf(source, site) }
  const probe = probes.find(({ gives }) => gives.includes(metric))
  if (probe) return { metric, source: probe.id, tier: 'trace', looks: [`tracebook probe ${probe.id}`] }
  return unavailable ? { metric, unavailable } : { metric }
}

interface Concluding {
  readonly runbook: string
  readonly cause: string
  readonly when: string
  readonly text: string
  readonly checks: readonly string[]
}

const conclusions = perLibrary((library, catalogue): readonly Concluding[] =>
  [...library.runbooks.keys()].flatMap((runbook) =>
    allSteps(compileRunbook(runbook, library, catalogue).steps).flatMap(({ step, when }) =>
      'conclude' in step && step.cause !== undefined
        ? [{ runbook, cause: step.cause, when: when?.text ?? '', text: step.conclude, checks: when?.checks ?? [] }]
        : [],
    ),
  ),
)

/** Metric → the checks that read it. */
const readersOf = perLibrary((library, catalogue): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const loaded of library.checks.values())
    for (const metric of new Set(checkProgram(loaded, catalogue).needs))
      found.set(metric, [...(found.get(metric) ?? []), loaded.id])
  return found
})

/** Check → the runbooks that judge it. */
const judgedIn = perLibrary((library, catalogue): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const runbook of library.runbooks.keys())
    for (const check of new Set(
      allSteps(compileRunbook(runbook, library, catalogue).steps).flatMap((step) => step.checks),
    ))
      found.set(check, [...(found.get(check) ?? []), runbook])
  return found
})

/** Made once for a library, not again for the page of each of its ids. Its catalogue belongs to it. */
function perLibrary<Made>(make: (library: Library, catalogue: ReadonlyMap<string, Metric>) => Made): typeof make {
  const made = new WeakMap<Library, Made>()
  return (library, catalogue) => {
    const known = made.get(library) ?? make(library, catalogue)
    made.set(library, known)
    return known
  }
}
