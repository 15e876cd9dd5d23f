// A finished (or stopped) session → the Report every format is made of.
import { diagnose, alarmStatus } from '../diagnose/diagnose.ts'
import { isFiring } from '../model/finding.ts'
import type { Status } from '../model/check.ts'
import type { Context } from '../model/context.ts'
import type { Diagnosis, Finding } from '../model/finding.ts'
import type { Observation } from '../model/observation.ts'
import type { HostSummary, MatrixCell, ObservationSummary, Report } from '../model/report.ts'
import { matrixOf } from '../report/matrix.ts'
import { culpritName } from '../report/words.ts'
import { allSteps, type CompiledRunbook } from '../compile/flatten.ts'
import { lookupIn, type Session } from './session.ts'
import { isTargetOf } from './target.ts'
import { VERSION } from './version.ts'

/** Without any answer about one of these a run cannot call a host well. */
const CORE = ['cpu', 'memory', 'disk', 'network'] as const

export interface Assembling {
  readonly runbook: CompiledRunbook
  readonly session: Session
  readonly contextLooks: readonly Observation[]
  readonly target?: string
  readonly interrupted?: string
}

export function assemble({ runbook, session, contextLooks, target, interrupted }: Assembling): Report {
  const { settings } = session
  const all = [...session.findings.values()].flat()
  const { diagnoses, findings } = diagnose(session.conclusions, all, {
    library: settings.library,
    programs: session.programs,
    catalogue: settings.catalogue,
    lookup: lookupIn(session),
    ...(settings.context.target ? { isTarget: isTargetOf(settings.context.target, all) } : {}),
  })
  const matrix = matrixOf(
    findings,
    [...settings.library.checks.values()].map(({ document }) => document.use),
  )
  const unseen = CORE.filter((resource) => isBlind(resource, findings, runbook, session))
  const blind: readonly string[] = unseen.length === 0 && sawNothing(findings) ? ['what it looks at'] : unseen
  const alarm = alarmStatus(diagnoses, findings)
  const absent = settings.context.target?.unavailable?.reason
  const status: Status =
    alarm === 'ok' && (blind.length > 0 || interrupted !== undefined || absent !== undefined) ? 'unknown' : alarm
  const cleared = clearedOf(matrix)
  const looks = [...contextLooks, ...[...session.facts.looks.values()].flat()]
  return {
    schemaVersion: 1,
    tracebook: VERSION,
    runbook: runbook.id,
    title: runbook.title,
    ...(target === undefined ? {} : { target }),
    host: hostOf(settings.context),
    startedAt: settings.host.startedAt,
    elapsedMs: Math.round(settings.host.now()),
    windowMs: settings.window.intervalMs * settings.window.count,
    status,
    ...(interrupted === undefined ? {} : { interrupted }),
    verdict: verdictOf(status, diagnoses, findings, cleared, blind, interrupted, absent),
    diagnoses,
    findings,
    cleared,
    matrix,
    path: session.path,
    ...(session.escalations.length === 0 ? {} : { escalations: session.escalations }),
    conclusions: session.conclusions.map((c) => c.text),
    observations: looks.sort((a, b) => a.atMs - b.atMs).map(summary),
    cost: settings.host.cost(),
  }
}

/** A runbook of a team may look at no core resource; when nothing it asks is answered, that is no health. */
function sawNothing(findings: readonly Finding[]): boolean {
  const alarms = findings.filter((f) => f.weight === 'alarm')
  const asked = alarms.length > 0 ? alarms : findings
  return asked.length > 0 && asked.every((f) => f.status === 'unknown')
}

/** A core resource the runbook looks at, of which every alarm is unknown. */
function isBlind(resource: string, findings: readonly Finding[], runbook: CompiledRunbook, session: Session): boolean {
  const own = findings.filter((f) => f.use.startsWith(`${resource}.`) && f.weight === 'alarm')
  if (own.length > 0) return own.every((f) => f.status === 'unknown')
  const meant = allSteps(runbook.steps).flatMap((step) => step.checks)
  return meant.some((id) => session.settings.library.checks.get(id)?.document.use.startsWith(`${resource}.`) === true)
}

function clearedOf(matrix: readonly MatrixCell[]): string[] {
  const resources = [...new Set(matrix.map((cell) => cell.resource))]
  return resources.filter((resource) => {
    const verdicts = matrix.filter((cell) => cell.resource === resource).map((cell) => cell.verdict)
    return verdicts.includes('ok') && !verdicts.includes('problem') && !verdicts.includes('suspect')
  })
}

function verdictOf(
  status: Status,
  diagnoses: readonly Diagnosis[],
  findings: readonly Finding[],
  cleared: readonly string[],
  blind: readonly string[],
  interrupted?: string,
  absent?: string,
): readonly [string, string] {
  const unknown = findings.filter((f) => f.status === 'unknown').length
  const seen = new Set(findings.map((f) => f.check)).size
  const tail =
    unknown === 0
      ? `${seen} ${seen === 1 ? 'check' : 'checks'} judged.`
      : `${seen - unknown} of ${seen} checks judged; ${unknown} unknown, with reasons below.`
  const stopped = interrupted === undefined ? '' : `Stopped early (${interrupted}). `
  const first = diagnoses[0]
  if (first) {
    const who = first.culprits[0] ? ` — ${culpritName(first.culprits[0])}` : ''
    const others = diagnoses.length > 1 ? ` And ${diagnoses.length - 1} more.` : ''
    const advice = first.advice[0]?.text ?? 'See the evidence below.'
    return [`${stopped}${first.title}${who} (${first.confidence} confidence).${others}`, advice]
  }
  const firing = findings.filter((f) => isFiring(f) && f.weight === 'alarm')
  if (firing[0])
    return [
      `${stopped}No cause found, but: ${firing
        .map((f) => f.text)
        .slice(0, 2)
        .join('; ')}.`,
      tail,
    ]
  if (absent !== undefined)
    return [
      `${stopped}What was named as slow is not here: ${absent}.`,
      `Of the host as a whole, cleared: ${cleared.join(', ') || 'nothing'}. ${tail}`,
    ]
  if (blind.length > 0) return [`${stopped}Cannot tell: nothing about ${blind.join(', ')} could be measured.`, tail]
  if (status === 'unknown') return [`${stopped}Not finished: no problem seen so far.`, tail]
  return [`${stopped}Nothing is wrong that this run could see.`, `Cleared: ${cleared.join(', ') || 'nothing'}. ${tail}`]
}

function hostOf(context: Context): HostSummary {
  return {
    name: context.hostname,
    kernel: context.kernel,
    distribution: context.distribution.name,
    cpus: context.cpus.online,
    usableCpus: context.usableCpus,
    memoryBytes: context.memoryBytes,
    virtualization: context.virtualization,
    container: context.container,
    cgroup: context.cgroup.version,
    uptimeSeconds: context.uptimeSeconds,
    user: context.privileges.root ? 'root' : `uid ${context.privileges.uid}`,
  }
}

function summary({ text: _text, stderr: _stderr, ...rest }: Observation): ObservationSummary {
  return rest
}
