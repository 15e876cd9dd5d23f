// Finding: what one check said about the host or one instance. Diagnosis: what the findings together say, with who is to blame.
import type { Status } from './check.ts'
import type { Unavailable } from './unavailable.ts'

/** One value behind a finding, with the command that shows it. */
export interface Evidence {
  readonly metric: string
  readonly instance?: string
  /** Formatted with its unit. */
  readonly value: string
  readonly samples?: readonly number[]
  /** Observation ids it was read from. */
  readonly from: readonly string[]
  /** Exact command to see it oneself. */
  readonly command: string
}

export interface Culprit {
  readonly kind: 'process' | 'disk' | 'interface' | 'cgroup' | 'mount' | 'listener' | 'peer' | 'cpu' | 'host' | 'kernel'
  readonly name: string
  readonly pid?: number
  /** All of a group of processes that share a name, largest first, at most 16. */
  readonly pids?: readonly number[]
  readonly comm?: string
  readonly cgroup?: string
  readonly unit?: string
  readonly port?: number
  readonly device?: string
  /** What it was ranked by, formatted: `process.cpu 99.8 %`. */
  readonly by?: string
}

export interface Finding {
  readonly check: string
  readonly instance?: string
  readonly status: Status
  readonly weight: 'alarm' | 'notice'
  readonly text: string
  readonly use: string
  /** What its check advises, with the values of this run; only when it fires. */
  readonly advice?: string
  readonly evidence: readonly Evidence[]
  readonly culprits: readonly Culprit[]
  /** Present when status is unknown. */
  readonly unavailable?: Unavailable
  /** Set when the status was assumed by the runbook, not measured. */
  readonly assumed?: string
  /** Checks of which this is only a symptom in this run. */
  readonly explainedBy?: readonly string[]
}

export type Confidence = 'high' | 'medium' | 'low'

export interface Advice {
  readonly order: 'remove' | 'move' | 'tune' | 'add' | 'learn'
  readonly text: string
  readonly current?: string
  readonly revert?: string
  readonly caution?: string
}

export interface Diagnosis {
  readonly cause: string
  readonly title: string
  readonly status: 'warn' | 'critical'
  readonly confidence: Confidence
  readonly use: string
  /** The sentence of the conclude step. */
  readonly text: string
  readonly culprits: readonly Culprit[]
  /** Findings that support it: check ids, with `#instance` where there is one. */
  readonly findings: readonly string[]
  /** Findings and causes that are only its effects. */
  readonly explains: readonly string[]
  readonly advice: readonly Advice[]
}

/** `cpu.run_queue`, `disk.slow#vda`: how `Diagnosis.findings` and a report name a finding. */
export function keyOf(finding: Finding): string {
  return finding.instance === undefined ? finding.check : `${finding.check}#${finding.instance}`
}

export function isFiring(finding: Finding): boolean {
  return finding.status === 'warn' || finding.status === 'critical'
}
