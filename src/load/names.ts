// Everything a name in a file can mean: metrics, checks, runbooks, causes, built-in or of the team.
import type { Cause, CheckDocument } from '../model/check.ts'
import type { Domain, Metric } from '../model/metric.ts'
import type { RunbookDocument } from '../model/runbook.ts'

export interface Names {
  readonly metrics: ReadonlyMap<string, Metric>
  /** Undefined: the file is there but cannot be read; it is known all the same. */
  readonly checks: ReadonlyMap<string, CheckDocument | undefined>
  readonly runbooks: ReadonlyMap<string, RunbookDocument | undefined>
  readonly causes: ReadonlyMap<string, Cause>
  /** `check cpu.busy`, `runbook disk`: ids a team cannot take. */
  readonly builtin: ReadonlySet<string>
  /** Metrics of the team, with the place where each was first declared; in a file that was read before, only the file. */
  readonly declared: ReadonlyMap<string, { readonly file: string; readonly line?: number }>
  /** Metrics of the team of which the unit or kind is not understood: told of once, where they are declared. */
  readonly unclear: ReadonlySet<string>
  /** First words of the product's metrics and checks: a team's metric cannot begin with one. */
  readonly families: ReadonlySet<string>
  /** Metrics that only instrumentation gives. Absent: not known here, and nothing is said about it. */
  readonly probeMetrics?: ReadonlySet<string>
  /** Metrics an instrument can record until something happens. Absent: not known here, and nothing is said about it. */
  readonly recordable?: ReadonlySet<string>
}

export const DOMAINS: readonly Domain[] = [
  'cpu',
  'disk',
  'interface',
  'process',
  'cgroup',
  'mount',
  'listener',
  'peer',
  'kernelLog',
  'kernelObject',
]

export function isDomain(name: string): name is Domain {
  return (DOMAINS as readonly string[]).includes(name)
}
