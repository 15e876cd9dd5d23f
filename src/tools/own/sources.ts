// Metrics that a team declared → Sources, one for each argv: a program is run once for all that is read from its output.
import type { Value } from '../../model/metric.ts'
import { commandLine, type Observation } from '../../model/observation.ts'
import type { OwnMetric } from '../../model/own-metric.ts'
import type { Reading, Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { valueIn } from './value.ts'

const PREFIX = 'own:'

/** `refusal`: why the program of a metric must not be run here, whatever the host could do. */
export function ownSources(
  metrics: Iterable<OwnMetric>,
  refusal: (own: OwnMetric) => Unavailable | undefined = () => undefined,
): Source[] {
  const groups = new Map<string, OwnMetric[]>()
  for (const own of metrics) {
    const key = JSON.stringify(own.document.argv)
    groups.set(key, [...(groups.get(key) ?? []), own])
  }
  return [...groups.values()].map((group) => sourceOf(group, refusal))
}

export function isOwn({ id }: Pick<Source, 'id'>): boolean {
  return id.startsWith(PREFIX)
}

function sourceOf(group: readonly OwnMetric[], refusal: (own: OwnMetric) => Unavailable | undefined): Source {
  const argv = group[0]?.document.argv ?? ['']
  const at = group.some(({ document }) => document.kind !== 'constant') ? 'ends' : 'start'
  return {
    id: `${PREFIX}${group[0]?.metric.id ?? ''}`,
    tier: 'run',
    tool: argv[0],
    asks: group.map(({ metric }) => metric.help).join('; '),
    gives: group.map(({ metric }) => metric.id),
    requests: () => group.map(refusal).find((why) => why !== undefined) ?? [{ kind: 'run', argv, at }],
    parse: (looks) => readingOf(group, argv, looks),
  }
}

function readingOf(
  group: readonly OwnMetric[],
  argv: readonly string[],
  looks: readonly Observation[],
): Reading | Unavailable {
  const other = looks.find((look) => look.argv && commandLine(look.argv) !== commandLine(argv))
  // A recording knows a source by its name: the metric may have been declared in another way since.
  if (other?.argv)
    return unavailable('not measured', `the recording has ${commandLine(other.argv)}, not ${commandLine(argv)}`)
  const taken = looks.filter(({ outcome }) => outcome === 'ok')
  const host: Record<string, Value> = {}
  const missing: Record<string, Unavailable> = {}
  for (const own of group) {
    const value = measured(own, taken)
    if (isUnavailable(value)) missing[own.metric.id] = value
    else host[own.metric.id] = value
  }
  return { host, missing }
}

function measured(own: OwnMetric, looks: readonly Observation[]): Value | Unavailable {
  const { kind, argv } = own.document
  const values: number[] = []
  for (const { text } of kind === 'constant' ? looks.slice(0, 1) : looks) {
    const found = valueIn(text, own)
    if ('why' in found) return unavailable('not understood', `${commandLine(argv)}: ${found.why}`)
    if (typeof found.value === 'string') return found.value
    values.push(found.value)
  }
  const [first] = values
  if (first === undefined)
    return unavailable('not measured', `the run was stopped before ${commandLine(argv)} had an answer`)
  if (kind === 'constant') return first
  if (kind === 'gauge') return values
  const grown =
    kind === 'count'
      ? increase(values)
      : meanRate(
          values,
          looks.map(({ atMs }) => atMs),
        )
  if (grown !== undefined) return grown
  const last = values.at(-1) ?? first
  return last < first
    ? unavailable('not measured', `the total of ${own.metric.id} went down from ${first} to ${last}: it was reset`)
    : unavailable('not measured', `${commandLine(argv)} was not run a second time`)
}
