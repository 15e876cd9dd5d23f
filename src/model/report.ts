// Report: everything a run has to say, the one value every report format is made of. JSON follows schemas/report.schema.json.
import type { Status } from './check.ts'
import type { Escalation } from './escalation.ts'
import type { Diagnosis, Finding } from './finding.ts'
import type { Observation } from './observation.ts'

export interface PathEntry {
  /** `sixty_seconds/check-1`: runbook and state. */
  readonly state: string
  readonly verb: string
  /** `done`, `skipped` (its `when` was false or unknown), `refused` (policy or person), `impossible` (no source), `interrupted`. */
  readonly outcome: 'done' | 'skipped' | 'refused' | 'impossible' | 'interrupted'
  readonly text: string
  /** Why it was or was not taken. */
  readonly because?: string
  readonly elapsedMs: number
}

export interface Cost {
  /** CPU time of tracebook itself and of every program it ran. */
  readonly cpuMs: number
  readonly ownCpuMs: number
  readonly peakRssBytes: number
}

/** An observation without its text: what was looked at and what came of it. */
export type ObservationSummary = Omit<Observation, 'text' | 'stderr'>

export interface HostSummary {
  readonly name: string
  readonly kernel: string
  readonly distribution: string
  readonly cpus: number
  readonly usableCpus: number
  readonly memoryBytes: number
  readonly virtualization: string
  readonly container: string
  readonly cgroup: string
  readonly uptimeSeconds: number
  readonly user: string
}

export interface MatrixCell {
  readonly resource: string
  readonly signal: 'utilization' | 'saturation' | 'errors'
  readonly verdict: 'problem' | 'suspect' | 'ok' | 'unknown' | 'not measured'
  readonly text: string
  readonly checks: readonly string[]
}

export interface Report {
  readonly schemaVersion: 1
  readonly tracebook: string
  readonly runbook: string
  readonly title: string
  readonly target?: string
  readonly host: HostSummary
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly elapsedMs: number
  readonly windowMs: number
  readonly status: Status
  readonly interrupted?: string
  /** Two lines: what is wrong, and what to do or what was not seen. */
  readonly verdict: readonly [string, string]
  readonly diagnoses: readonly Diagnosis[]
  readonly findings: readonly Finding[]
  /** Resources cleared with evidence. */
  readonly cleared: readonly string[]
  readonly matrix: readonly MatrixCell[]
  readonly path: readonly PathEntry[]
  /** Questions to the kernel, in the order they were asked. */
  readonly escalations?: readonly Escalation[]
  readonly conclusions: readonly string[]
  readonly observations: readonly ObservationSummary[]
  readonly cost: Cost
}
