// Checks → the metrics their authors declare in them, beside the product's own. The one place that says what a library can read.
import { metrics } from '../generated/metrics.ts'
import type { CheckDocument } from '../model/check.ts'
import type { Metric } from '../model/metric.ts'
import { OWN_KINDS, ownMetric, type OwnMetric, type OwnMetricDocument } from '../model/own-metric.ts'
import type { Library } from './library.ts'
import { list, record, text } from './page.ts'

export const builtinMetrics: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.id, metric]))

/** Also of documents that were not checked yet: what cannot be understood of them is left out. */
export function declaredIn(check: CheckDocument | undefined, file: string): OwnMetric[] {
  return Object.entries(record(check?.metrics)).flatMap(([id, declared]) => {
    const { unit, kind, help, argv } = record(declared)
    if (text(unit) === undefined || !OWN_KINDS.some((known) => known === kind)) return []
    const [program = '', ...args] = list(argv).flatMap((word) =>
      typeof word === 'string' || typeof word === 'number' ? [String(word)] : [],
    )
    const document = { ...(declared as OwnMetricDocument), help: text(help) ?? '', argv: [program, ...args] as const }
    return ownMetric(id, document, file) ?? []
  })
}

export function ownMetricsOf({ checks }: Pick<Library, 'checks'>): ReadonlyMap<string, OwnMetric> {
  const own = [...checks.values()].flatMap(({ document, file }) => declaredIn(document, file))
  return new Map(own.filter(({ metric }) => !builtinMetrics.has(metric.id)).map((one) => [one.metric.id, one]))
}

/** Everything an expression may read: the product's metrics and the library's own. */
export function catalogueOf(library: Pick<Library, 'checks'>): ReadonlyMap<string, Metric> {
  return new Map([...builtinMetrics, ...[...ownMetricsOf(library)].map(([id, { metric }]) => [id, metric] as const)])
}
