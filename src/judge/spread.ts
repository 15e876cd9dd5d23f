// Instances that are well + what the check looks at → how many they are and between which values they lie: what an ok of many rests on.
import { statistic } from '../expr/index.ts'
import type { InstanceFacts } from '../measure/facts.ts'
import type { Domain, Metric } from '../model/metric.ts'
import { formatQuantity } from '../model/unit.ts'

/** The first metric of the check that instances have a number of; neither end is called near: some checks look up, some down. */
export function spread(
  evidence: readonly string[],
  each: Domain,
  instances: readonly InstanceFacts[],
  catalogue: ReadonlyMap<string, Metric>,
): string {
  if (instances.length === 0) return `no ${each} to judge`
  const counted = `${instances.length} ${plural(each, instances.length)} within limits`
  for (const id of evidence) {
    const metric = catalogue.get(id)
    if (metric?.per !== each || metric.dimension === 'text' || metric.dimension === 'flag') continue
    const values = instances.flatMap((instance) => numberOf(instance, id) ?? [])
    if (values.length === 0) continue
    const ends = [Math.min(...values), Math.max(...values)].map((value) => formatQuantity(value, metric.dimension))
    return `${counted}: ${id} ${[...new Set(ends)].join(' to ')}`
  }
  return counted
}

/** The median stands for samples, as it does in evidence. */
function numberOf(instance: InstanceFacts, id: string): number | undefined {
  const value = instance.values.get(id)
  if (typeof value === 'number') return value
  return Array.isArray(value) ? statistic(value, 'median') : undefined
}

function plural(noun: string, count: number): string {
  if (count === 1) return noun
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`
}
