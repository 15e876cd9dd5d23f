// Conclusions and findings → ranked diagnoses: effects are folded into their causes, the deepest layer that waits comes first.
import type { Lookup } from '../expr/index.ts'
import type { CheckProgram } from '../judge/program.ts'
import type { Library } from '../load/library.ts'
import type { Cause } from '../model/check.ts'
import {
  isFiring,
  keyOf,
  type Advice,
  type Confidence,
  type Culprit,
  type Diagnosis,
  type Finding,
} from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import { adviceOf } from './advice.ts'
import type { Conclusion } from './conclusion.ts'
import { confidenceOf } from './confidence.ts'
import { explained } from './explain.ts'

const MOST_CULPRITS = 5

export interface Diagnosing {
  readonly library: Pick<Library, 'checks' | 'causes'>
  readonly programs: ReadonlyMap<string, CheckProgram>
  readonly catalogue: ReadonlyMap<string, Metric>
  /** Host-level values for advice. */
  readonly lookup: Lookup
  /** True for a culprit that is what the operator said is slow. */
  readonly isTarget?: (culprit: Culprit) => boolean
}

export interface Diagnosed {
  readonly diagnoses: readonly Diagnosis[]
  readonly findings: readonly Finding[]
}

export function diagnose(
  conclusions: readonly Conclusion[],
  all: readonly Finding[],
  diagnosing: Diagnosing,
): Diagnosed {
  const causal = merged(conclusions.filter((c) => c.cause !== undefined && c.support.length > 0))
  const supporting = new Set(causal.flatMap((c) => c.support.map((f) => f.check)))
  const findings = explained(all, diagnosing.library.checks, supporting)
  const marked = new Map(findings.map((f) => [keyOf(f), f]))
  const current = causal.map((c) => ({ ...c, support: c.support.map((f) => marked.get(keyOf(f)) ?? f) }))
  const roots = current.filter(
    (c) => !current.some((other) => other !== c && isEffect(c, other) && !isEffect(other, c)),
  )
  const ranked = roots.map((root) => {
    const diagnosis = diagnosisOf(root, current, findings, diagnosing)
    return { diagnosis, rank: rank(diagnosis, root.support, diagnosing) }
  })
  return { diagnoses: ranked.sort((a, b) => b.rank - a.rank).map(({ diagnosis }) => diagnosis), findings }
}

/** The same cause concluded in two runbooks is one diagnosis. */
function merged(conclusions: readonly Conclusion[]): Conclusion[] {
  const byCause = new Map<string, Conclusion>()
  for (const one of conclusions) {
    const key = one.cause ?? one.text
    const earlier = byCause.get(key)
    const support = [...new Map([...(earlier?.support ?? []), ...one.support].map((f) => [keyOf(f), f])).values()]
    byCause.set(key, { ...(earlier ?? one), support })
  }
  return [...byCause.values()]
}

/** Every alarm that supports it is only a symptom of what supports the other. */
function isEffect(one: Conclusion, other: Conclusion): boolean {
  const causes = new Set(other.support.map((f) => f.check))
  return one.support.every((finding) => finding.explainedBy?.some((check) => causes.has(check)) === true)
}

function diagnosisOf(
  root: Conclusion,
  all: readonly Conclusion[],
  findings: readonly Finding[],
  diagnosing: Diagnosing,
): Diagnosis {
  const cause = causeOf(root, diagnosing)
  const checks = new Set(root.support.map((f) => f.check))
  const effects = all.filter((other) => other !== root && isEffect(other, root)).flatMap((other) => other.cause ?? [])
  const culprits = culpritsOf(root)
  const symptoms = findings
    .filter((f) => !checks.has(f.check) && f.explainedBy?.some((check) => checks.has(check)))
    .map(keyOf)
  return {
    cause: cause.id,
    title: cause.title,
    status: root.support.some((f) => f.status === 'critical' && f.weight === 'alarm') ? 'critical' : 'warn',
    confidence: confidenceOf(root.support, diagnosing.programs, diagnosing.catalogue, root.cap),
    use: cause.use,
    text: root.text,
    culprits,
    findings: root.support.map(keyOf),
    explains: [...new Set([...effects, ...symptoms])],
    advice: adviceOf(cause, root.support, diagnosing).map((advice) => named(advice, culprits[0])),
  }
}

/** `renice -n 10 -p PID` → the process it is about. What is not known stays for the reader to fill in. */
function named(advice: Advice, culprit: Culprit | undefined): Advice {
  const names = { PID: culprit?.pid?.toString(), UNIT: culprit?.unit }
  const fill = (text: string) => text.replace(/\b(PID|UNIT)\b/g, (word) => names[word as 'PID' | 'UNIT'] ?? word)
  return {
    ...advice,
    text: fill(advice.text),
    ...(advice.current === undefined ? {} : { current: fill(advice.current) }),
    ...(advice.revert === undefined ? {} : { revert: fill(advice.revert) }),
  }
}

function causeOf(root: Conclusion, { library }: Diagnosing): Cause {
  const id = root.cause ?? ''
  return library.causes.get(id) ?? { id, title: root.text, use: 'none', culprit: 'host', family: '' }
}

function culpritsOf(root: Conclusion): Culprit[] {
  const blamed = root.blame === undefined ? [] : root.support.filter((f) => f.check === root.blame)
  const ordered = [...blamed, ...root.support].filter((f) => f.culprits.length > 0)
  const check = ordered[0]?.check
  const found = new Map<string, Culprit>()
  for (const finding of ordered.filter((f) => f.check === check))
    for (const one of finding.culprits) found.set(`${one.kind} ${one.name} ${one.pid ?? ''}`, one)
  return [...found.values()].slice(0, MOST_CULPRITS)
}

const CONFIDENCE: Readonly<Record<Confidence, number>> = { high: 2, medium: 1, low: 0 }

/**
 * Higher is first: what the operator named; what explains others; errors and saturation above utilization (A.12), where it is more than a
 * limit that comes near; critical above warn; confidence; and between equals what more findings rest on.
 */
function rank(diagnosis: Diagnosis, support: readonly Finding[], { isTarget }: Diagnosing): number {
  const near = diagnosis.status === 'warn' && support.every(({ use }) => use.endsWith('.utilization'))
  const signal = near ? 'utilization' : diagnosis.use.split('.')[1]
  return (
    (isTarget && diagnosis.culprits.some(isTarget) ? 10_000 : 0) +
    Math.min(diagnosis.explains.length, 3) * 100 +
    (diagnosis.status === 'critical' ? 400 : 0) +
    (signal === 'saturation' || signal === 'errors' ? 300 : 0) +
    CONFIDENCE[diagnosis.confidence] * 60 +
    Math.min(diagnosis.findings.length, 5)
  )
}

/** The worst of what alarms: diagnoses of at least medium confidence, and alarms nothing explains. */
export function alarmStatus(diagnoses: readonly Diagnosis[], findings: readonly Finding[]): 'ok' | 'warn' | 'critical' {
  const sure = diagnoses.filter((d) => d.confidence !== 'low')
  const open = findings.filter((f) => isFiring(f) && f.weight === 'alarm' && f.explainedBy === undefined)
  if (sure.some((d) => d.status === 'critical') || open.some((f) => f.status === 'critical')) return 'critical'
  return sure.length > 0 || open.length > 0 ? 'warn' : 'ok'
}
