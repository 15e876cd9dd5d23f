// Observation: the verbatim record of one look at the host: a tool's output or the files read, with argv, times and outcome.

/** How intrusive a source is. See design: read < run < count < trace. */
export type Tier = 'read' | 'run' | 'count' | 'trace'

export type Outcome =
  | 'ok'
  | 'missing' // no such program or file
  | 'denied' // no permission
  | 'failed' // exit status other than 0
  | 'signalled' // died by a signal that was not ours
  | 'timeout' // killed by us at its limit
  | 'truncated' // killed by us at its output cap; what was kept is in `text`
  | 'guarded' // a probe that cost more than it may, stopped by us
  | 'interrupted' // the run was stopped by the operator or the deadline

export interface Observation {
  /** `vmstat`, `nstat#2`: the source and the number of the look, unique in a run. */
  readonly id: string
  readonly source: string
  readonly tier: Tier
  readonly argv?: readonly string[]
  readonly paths?: readonly string[]
  /** Milliseconds after the run started, by the monotonic clock. */
  readonly atMs: number
  readonly elapsedMs: number
  /** CPU time of the child in ms, to the kernel's 10 ms tick; own reads are part of the run's own cost. */
  readonly cpuMs: number
  readonly outcome: Outcome
  readonly exitCode?: number
  readonly signal?: string
  /** Standard output, or the files read, each below a line `==> PATH <==`. */
  readonly text: string
  readonly stderr?: string
  readonly bytes: number
}

/** argv → what a person would type. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quoted).join(' ')
}

export function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`
}
