// A culprit rule + facts → who is to blame, the largest first; processes that share a name are one culprit.
import { statistic } from '../expr/index.ts'
import type { Facts, InstanceFacts } from '../measure/facts.ts'
import type { Culprit } from '../model/finding.ts'
import type { Domain, Metric } from '../model/metric.ts'
import { formatQuantity } from '../model/unit.ts'
import type { CulpritRule } from './program.ts'

const MOST = 3
/** A culprit has at least this share of what the largest has: others are not to blame for it. [ENG] */
const SHARE_OF_LARGEST = 0.25

const KIND: Readonly<Record<Domain, Culprit['kind']>> = {
  cpu: 'cpu',
  disk: 'disk',
  interface: 'interface',
  process: 'process',
  cgroup: 'cgroup',
  mount: 'mount',
  listener: 'listener',
  peer: 'peer',
  kernelLog: 'kernel',
  // A part of the kernel with a name: a trace instance, a network name space.
  kernelObject: 'kernel',
}

export function culpritsOf(
  rules: readonly CulpritRule[],
  instance: InstanceFacts | undefined,
  facts: Facts,
  catalogue: ReadonlyMap<string, Metric>,
): Culprit[] {
  const found = rules.flatMap((rule) => {
    if (rule.kind === 'instance') return instance ? [culprit(instance)] : []
    return ranked(rule.domain, rule.by, facts, catalogue)
  })
  const same = (a: Culprit, b: Culprit) => a.kind === b.kind && a.name === b.name
  // Named by several rules: as the first tells it, and with the number the others know (who was killed has none any more).
  return found.flatMap((one, i) => {
    if (found.findIndex((other) => same(one, other)) < i) return []
    const numbered = found.find((other) => same(one, other) && other.pid !== undefined)
    const { pid = numbered?.pid, pids = numbered?.pids } = one
    return [{ ...one, ...(pid === undefined ? {} : { pid }), ...(pids === undefined ? {} : { pids }) }]
  })
}

function ranked(domain: Domain, by: string, facts: Facts, catalogue: ReadonlyMap<string, Metric>): Culprit[] {
  const all = [...(facts.instances.get(domain)?.values() ?? [])].flatMap((instance) => {
    const size = sizeOf(instance, by)
    return size === undefined || size <= 0 ? [] : [{ instance, size }]
  })
  const groups = new Map<string, { size: number; members: { instance: InstanceFacts; size: number }[] }>()
  for (const one of all) {
    const name = domain === 'process' ? (one.instance.labels['comm'] ?? one.instance.name) : one.instance.name
    const group = groups.get(name) ?? { size: 0, members: [] }
    groups.set(name, group)
    group.size += one.size
    group.members.push(one)
  }
  // Kernel threads do others' work: they stand behind every process that shows the same.
  const rank = (g: { size: number; members: { instance: InstanceFacts }[] }) =>
    g.size * (g.members[0] && isKernel(g.members[0].instance) ? 0.01 : 1)
  const sorted = [...groups.values()].sort((a, b) => rank(b) - rank(a))
  const largest = sorted[0]?.size ?? 0
  const metric = catalogue.get(by)
  return sorted
    .filter((group) => group.size >= largest * SHARE_OF_LARGEST)
    .slice(0, MOST)
    .flatMap((group) => {
      const members = group.members.sort((a, b) => b.size - a.size)
      const first = members[0]
      if (!first) return []
      const amount = metric ? `${by} ${formatQuantity(group.size, metric.dimension)}` : by
      return [
        {
          ...culprit(first.instance),
          ...(members.length > 1 ? { pids: members.slice(0, 16).map((m) => pidOf(m.instance)) } : {}),
          by: amount,
        },
      ]
    })
}

export function isKernel(instance: InstanceFacts): boolean {
  return instance.values.get('process.kernel') === 1
}

function sizeOf(instance: InstanceFacts, by: string): number | undefined {
  const value = instance.values.get(by)
  if (value === undefined || typeof value === 'string') return undefined
  return typeof value === 'number' ? value : statistic(value, 'mean')
}

function pidOf(instance: InstanceFacts): number {
  return Number(instance.labels['pid'] ?? instance.name)
}

export function culprit(instance: InstanceFacts): Culprit {
  const { labels } = instance
  const pid = instance.domain === 'process' ? pidOf(instance) : Number(labels['pid'])
  return {
    kind: KIND[instance.domain],
    name: instance.domain === 'process' ? (labels['comm'] ?? instance.name) : instance.name,
    ...(Number.isInteger(pid) && pid > 0 ? { pid } : {}),
    ...(labels['comm'] === undefined ? {} : { comm: labels['comm'] }),
    ...(labels['cgroup'] === undefined ? {} : { cgroup: labels['cgroup'] }),
    ...(labels['unit'] === undefined ? {} : { unit: labels['unit'] }),
    ...(labels['port'] === undefined ? {} : { port: Number(labels['port']) }),
    ...(labels['device'] === undefined ? {} : { device: labels['device'] }),
  }
}
