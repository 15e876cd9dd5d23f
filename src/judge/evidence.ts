// Metrics a finding rests on → evidence: value, samples, where it was read, and the command that shows it to a person.
import { statistic } from '../expr/index.ts'
import { hostValue, type Facts, type InstanceFacts } from '../measure/facts.ts'
import { percentile, type Distribution } from '../model/distribution.ts'
import type { Evidence } from '../model/finding.ts'
import type { Metric, Value } from '../model/metric.ts'
import { commandLine, quoted } from '../model/observation.ts'
import { formatQuantity } from '../model/unit.ts'

export function evidenceOf(
  metrics: readonly string[],
  instance: InstanceFacts | undefined,
  facts: Facts,
  catalogue: ReadonlyMap<string, Metric>,
): Evidence[] {
  return metrics.flatMap((id) => {
    const metric = catalogue.get(id)
    const value = metric?.per === undefined ? hostValue(facts, id) : instance?.values.get(id)
    if (!metric || value === undefined) return []
    const source = facts.from.get(id) ?? ''
    const looks = facts.looks.get(source) ?? []
    const argv = looks.find((look) => look.argv)?.argv
    // What a probe did cannot be typed; the question can.
    const tool = source.startsWith('probe ') ? `tracebook ${source}` : argv && commandLine(argv)
    return [
      {
        metric: id,
        ...(metric.per === undefined || !instance ? {} : { instance: instance.name }),
        value: printedValue(value, metric),
        ...(Array.isArray(value) ? { samples: (value as readonly number[]).map((n) => Number(n.toFixed(3))) } : {}),
        from: looks.map((look) => look.id),
        command: placed(tool ?? metric.see ?? source, instance),
      },
    ]
  })
}

export function printedValue(value: Value | Distribution, metric: Metric): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatQuantity(value, metric.dimension)
  if ('buckets' in value) return printedDistribution(value, metric)
  return formatQuantity(statistic(value, 'median') ?? Number.NaN, metric.dimension)
}

/** A percentile of a histogram lies somewhere in a bucket: both edges are said. */
function printedDistribution(value: Distribution, metric: Metric): string {
  const printed = (name: string, share: number) => {
    const found = percentile(value, share)
    if (!found) return []
    const [low, high] = [found.low, found.high].map((edge) => formatQuantity(edge, metric.dimension))
    return [`${name} ${low} to ${high}`]
  }
  return [...printed('p50', 0.5), ...printed('p99', 0.99)].join(', ') || 'nothing counted'
}

/** `cat /sys/fs/cgroup/GROUP/cpu.stat` → the path of this group. */
function placed(command: string, instance: InstanceFacts | undefined): string {
  return instance?.domain === 'cgroup'
    ? command.replace(/\S*\/GROUP\/\S*/, (path) => quoted(path.replace('/GROUP/', `${instance.name}/`)))
    : command
}
