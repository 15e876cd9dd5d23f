// Report → JSON after schemas/report.schema.json: same keys in the same order every time, the answer before the record.
import type { Escalation } from '../model/escalation.ts'
import type { Advice, Culprit, Diagnosis, Evidence, Finding } from '../model/finding.ts'
import type { HostSummary, ObservationSummary, PathEntry, Report } from '../model/report.ts'
import type { ReportFormat } from './format.ts'

export const format: ReportFormat = { id: 'json', extension: 'json', render: renderJson }

/** JSON.stringify escapes C0; the rest that could act on a terminal is escaped here. The parsed text is the host's, unchanged. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]|[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

export function renderJson(report: Report): string {
  const text = JSON.stringify(document(report), finite, 2)
  return `${text.replace(UNSAFE, escaped)}\n`
}

/** Only what the contract names, whatever else the objects carry; keys without a value are left out by JSON.stringify. */
function document(report: Report): unknown {
  return {
    ...pick(report, ['schemaVersion', 'tracebook', 'runbook', 'title', 'target']),
    host: pick<HostSummary>(report.host, [
      ...(['name', 'kernel', 'distribution', 'cpus', 'usableCpus', 'memoryBytes', 'virtualization'] as const),
      ...(['container', 'cgroup', 'uptimeSeconds', 'user'] as const),
    ]),
    ...pick(report, [
      'startedAt',
      'elapsedMs',
      'windowMs',
      'status',
      'interrupted',
      'verdict',
      'conclusions',
      'cleared',
    ]),
    diagnoses: report.diagnoses.map(diagnosis),
    findings: report.findings.map(finding),
    matrix: report.matrix.map((cell) => pick(cell, ['resource', 'signal', 'verdict', 'text', 'checks'])),
    path: report.path.map((entry) =>
      pick<PathEntry>(entry, ['state', 'verb', 'outcome', 'text', 'because', 'elapsedMs']),
    ),
    ...(report.escalations === undefined ? {} : { escalations: report.escalations.map(escalation) }),
    cost: pick(report.cost, ['cpuMs', 'ownCpuMs', 'peakRssBytes']),
    observations: report.observations.map(observation),
  }
}

function diagnosis(one: Diagnosis): unknown {
  return {
    ...pick(one, ['cause', 'title', 'status', 'confidence', 'use', 'text']),
    culprits: one.culprits.map(culprit),
    ...pick(one, ['findings', 'explains']),
    advice: one.advice.map((advice) => pick<Advice>(advice, ['order', 'text', 'current', 'revert', 'caution'])),
  }
}

function escalation(one: Escalation): unknown {
  return {
    ...pick(one, ['state', 'metric', 'probe', 'asks', 'tells', 'outcome', 'why', 'would']),
    tried: one.tried.map((tried) => pick(tried, ['backEnd', 'why', 'cost'])),
    ...pick(one, ['backEnd', 'command', 'seconds', 'armed', 'cost', 'lost', 'control', 'answer', 'more']),
  }
}

function finding(one: Finding): unknown {
  return {
    ...pick(one, ['check', 'instance', 'status', 'weight', 'text', 'use', 'advice', 'assumed']),
    unavailable: one.unavailable && pick(one.unavailable, ['unavailable', 'reason', 'cure']),
    culprits: one.culprits.map(culprit),
    explainedBy: one.explainedBy,
    evidence: one.evidence.map((row) =>
      pick<Evidence>(row, ['metric', 'instance', 'value', 'samples', 'from', 'command']),
    ),
  }
}

function culprit(one: Culprit): unknown {
  return pick(one, ['kind', 'name', 'pid', 'pids', 'comm', 'cgroup', 'unit', 'port', 'device', 'by'])
}

function observation(one: ObservationSummary): unknown {
  return pick(one, [
    ...(['id', 'source', 'tier', 'argv', 'paths', 'atMs', 'elapsedMs', 'cpuMs', 'outcome', 'exitCode'] as const),
    ...(['signal', 'bytes'] as const),
  ])
}

function pick<T extends object>(from: T, keys: readonly (keyof T)[]): Partial<T> {
  const picked: Partial<T> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked
}

/** JSON has no NaN or Infinity; a sample that is none is left out rather than written as null. */
function finite(_key: string, value: unknown): unknown {
  if (!Array.isArray(value) || !value.some((item) => typeof item === 'number')) return value
  return value.filter((item) => typeof item !== 'number' || Number.isFinite(item))
}

function escaped(character: string): string {
  // A character beyond the basic plane is two units, and JSON escapes units.
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  }).join('')
}
