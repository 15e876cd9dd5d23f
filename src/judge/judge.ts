// A check program + facts → its findings: one for the host, or one for each instance that fires and one that says the others are well.
import type { Lookup } from '../expr/index.ts'
import { hostValue, type Facts, type InstanceFacts } from '../measure/facts.ts'
import type { Status } from '../model/check.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { culpritsOf } from './culprits.ts'
import { evidenceOf } from './evidence.ts'
import type { CheckProgram } from './program.ts'
import { spread } from './spread.ts'

const MOST_INSTANCES = 8

interface Verdict {
  readonly status: Status
  readonly why?: Unavailable
}

export function judge(program: CheckProgram, facts: Facts, catalogue: ReadonlyMap<string, Metric>): Finding[] {
  const { document } = program
  if (document.each === undefined)
    return [finding(program, undefined, verdictOf(program, lookupOf(undefined, facts, catalogue)), facts, catalogue)]
  const unknown = program.evidence
    .map((id) => facts.missing.get(id))
    .find((why) => why !== undefined && why.unavailable !== 'nothing to measure')
  const instances = [...(facts.instances.get(document.each)?.values() ?? [])]
  const judged = instances.flatMap((instance) => {
    const lookup = lookupOf(instance, facts, catalogue)
    if (program.where && program.where.evaluate(lookup) !== true) return []
    return [{ instance, verdict: verdictOf(program, lookup) }]
  })
  const firing = judged.filter(({ verdict }) => verdict.status === 'warn' || verdict.status === 'critical')
  if (firing.length > 0) {
    const order = (v: Verdict) => (v.status === 'critical' ? 0 : 1)
    const sorted = firing.sort(
      (a, b) => order(a.verdict) - order(b.verdict) || weightOf(program, b.instance) - weightOf(program, a.instance),
    )
    return sorted
      .slice(0, MOST_INSTANCES)
      .map(({ instance, verdict }) => finding(program, instance, verdict, facts, catalogue))
  }
  const open = judged.map(({ verdict }) => verdict.why).find((why) => why !== undefined)
  if (open) return [plain(program, 'unknown', open.reason, open)]
  if (judged.length === 0 && unknown) return [plain(program, 'unknown', unknown.reason, unknown)]
  const nothing = program.evidence.map((id) => facts.missing.get(id)).find((why) => why !== undefined)
  if (!measured(program, facts) && nothing) return [plain(program, 'ok', nothing.reason)]
  if (!measured(program, facts))
    return [plain(program, 'unknown', 'not measured', unavailable('not measured', `no ${document.each} was looked at`))]
  const well = judged.map(({ instance }) => instance)
  return [plain(program, 'ok', spread(program.evidence, document.each, well, catalogue))]
}

function measured(program: CheckProgram, facts: Facts): boolean {
  return program.evidence.some((id) => facts.from.has(id))
}

/** Critical is tried first. A condition that cannot be evaluated makes the check unknown, unless another one fires. */
function verdictOf(program: CheckProgram, lookup: Lookup): Verdict {
  let why: Unavailable | undefined
  for (const status of ['critical', 'warn'] as const) {
    const result = program[status]?.evaluate(lookup)
    if (result === true) return { status }
    if (isUnavailable(result) && result.unavailable !== 'nothing to measure') why ??= result
  }
  return why ? { status: 'unknown', why } : { status: 'ok' }
}

function lookupOf(instance: InstanceFacts | undefined, facts: Facts, catalogue: ReadonlyMap<string, Metric>): Lookup {
  return {
    metric: (id) => {
      if (id === 'instance') return instance ? nameOf(instance) : undefined
      const perInstance = catalogue.get(id)?.per !== undefined
      const value = perInstance ? instance?.values.get(id) : hostValue(facts, id)
      if (value !== undefined) return value
      const why = facts.missing.get(id)
      if (why) return why
      // Its source was read and had nothing for this instance: a disk without reads has no read latency.
      return perInstance && facts.from.has(id)
        ? unavailable('nothing to measure', `${instance?.name ?? ''} had no ${id}`)
        : undefined
    },
  }
}

export function nameOf(instance: InstanceFacts): string {
  const { labels } = instance
  if (instance.domain === 'process') return `${labels['comm'] ?? '?'} (pid ${labels['pid'] ?? instance.name})`
  return instance.name
}

function weightOf(program: CheckProgram, instance: InstanceFacts): number {
  const first = program.evidence.map((id) => instance.values.get(id)).find((value) => value !== undefined)
  if (first === undefined || typeof first === 'string') return 0
  return typeof first === 'number' ? first : Math.max(...first)
}

function finding(
  program: CheckProgram,
  instance: InstanceFacts | undefined,
  verdict: Verdict,
  facts: Facts,
  catalogue: ReadonlyMap<string, Metric>,
): Finding {
  const lookup = lookupOf(instance, facts, catalogue)
  const fires = verdict.status === 'warn' || verdict.status === 'critical'
  const evidence = evidenceOf(program.evidence, instance, facts, catalogue)
  return {
    check: program.id,
    ...(instance ? { instance: instance.name } : {}),
    status: verdict.status,
    weight: program.document.weight ?? 'alarm',
    text: fires ? program.finding.fill(lookup) : (verdict.why?.reason ?? quietText(program, evidence, facts)),
    use: program.document.use,
    ...(fires && program.advice ? { advice: program.advice.fill(lookup) } : {}),
    evidence,
    culprits: fires ? culpritsOf(program.culprits, instance, facts, catalogue) : [],
    ...(verdict.why ? { unavailable: verdict.why } : {}),
  }
}

/** What an ok rests on: the values, or that there was nothing to have the problem. */
function quietText(program: CheckProgram, evidence: readonly Evidence[], facts: Facts): string {
  if (evidence.length > 0) return evidence.map((e) => `${e.metric} ${e.value}`).join(', ')
  return program.evidence.map((id) => facts.missing.get(id)?.reason).find((reason) => reason !== undefined) ?? ''
}

function plain(program: CheckProgram, status: Status, text: string, why?: Unavailable): Finding {
  return {
    check: program.id,
    status,
    weight: program.document.weight ?? 'alarm',
    text,
    use: program.document.use,
    evidence: [],
    culprits: [],
    ...(why ? { unavailable: why } : {}),
  }
}

/** The findings of one check → its status: the worst instance; unknown only when nothing fires. */
export function statusOf(findings: readonly Finding[]): Status {
  for (const status of ['critical', 'warn', 'unknown'] as const)
    if (findings.some((f) => f.status === status)) return status
  return 'ok'
}
