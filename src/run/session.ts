// Session: what a run knows so far: facts, findings, answers, the path. The one mutable thing of a run; everything else is derived from it.
import type { Lookup } from '../expr/index.ts'
import type { Host } from '../host/host.ts'
import { judge, statusOf } from '../judge/judge.ts'
import { checkProgram, type CheckProgram, type Overrides } from '../judge/program.ts'
import type { Library } from '../load/library.ts'
import { hostValue, noFacts, type Facts } from '../measure/facts.ts'
import type { Status } from '../model/check.ts'
import type { Context } from '../model/context.ts'
import type { Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import type { Escalation } from '../model/escalation.ts'
import type { Tier } from '../model/observation.ts'
import type { Probe } from '../model/probe.ts'
import type { Policy } from '../escalate/policy.ts'
import type { PathEntry } from '../model/report.ts'
import type { Source, Window } from '../model/source.ts'
import type { Conclusion } from '../diagnose/conclusion.ts'
import type { Guide } from './guide.ts'

export interface Settings {
  readonly host: Host
  readonly context: Context
  readonly library: Library
  readonly catalogue: ReadonlyMap<string, Metric>
  readonly sources: readonly Source[]
  readonly window: Window
  readonly allow: Tier
  /** Tracing questions, loaded when the first is asked; absent: none can be. */
  readonly probes?: () => Promise<readonly Probe[]>
  readonly policy?: Policy
  readonly overrides: Overrides
  readonly guide: Guide
  readonly signal: AbortSignal
}

export interface Session {
  readonly settings: Settings
  readonly facts: Facts
  readonly findings: Map<string, readonly Finding[]>
  readonly answers: Map<string, string>
  readonly conclusions: Conclusion[]
  readonly path: PathEntry[]
  readonly escalations: Escalation[]
  readonly programs: Map<string, CheckProgram>
  /** Bugs of ours that a step threw: the report is written all the same. */
  readonly failures: Error[]
}

export function newSession(settings: Settings): Session {
  return {
    settings,
    facts: noFacts(),
    findings: new Map(),
    answers: new Map(),
    conclusions: [],
    path: [],
    escalations: [],
    programs: new Map(),
    failures: [],
  }
}

export function programOf(session: Session, id: string): CheckProgram {
  const known = session.programs.get(id)
  if (known) return known
  const loaded = session.settings.library.checks.get(id)
  if (!loaded) throw new Error(`no check ${id}`)
  const program = checkProgram(loaded, session.settings.catalogue, session.settings.overrides, true)
  session.programs.set(id, program)
  return program
}

export function judgeInto(session: Session, ids: readonly string[]): void {
  for (const id of ids)
    session.findings.set(id, judge(programOf(session, id), session.facts, session.settings.catalogue))
}

export function statusIn(session: Session, check: string): Status | undefined {
  const findings = session.findings.get(check)
  return findings && statusOf(findings)
}

/** What a `when` may look at: statuses judged so far, host-level facts, answers. */
export function lookupIn(session: Session): Lookup {
  return {
    metric: (id) => hostValue(session.facts, id) ?? session.facts.missing.get(id),
    status: (check) => statusIn(session, check),
    answer: (name) => session.answers.get(name),
  }
}
