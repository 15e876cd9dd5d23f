// The acts of a back end → what they saw, under a guard made of the predicted cost, and how far the control's counter moved meanwhile.
import type { Host, Progress, Until } from '../host/host.ts'
import type { Cost } from '../model/escalation.ts'
import type { Observation } from '../model/observation.ts'
import type { Act, BackEnd, Probe } from '../model/probe.ts'
import { readCounter } from './rate.ts'

export interface Row {
  readonly probe: Probe
  readonly backEnd: BackEnd
  readonly acts: readonly Act[]
  readonly cost: Cost
  /** Of an armed act. */
  readonly until?: Until
}

interface Means {
  readonly host: Host
  readonly signal: AbortSignal
  readonly progress?: Progress
}

export interface Performed {
  readonly looks: readonly Observation[]
  /** Undefined: the control has no counter, or it could not be read. */
  readonly moved: number | undefined
}

export async function performed({ probe, backEnd, acts, cost, until }: Row, means: Means): Promise<Performed> {
  const { host, signal, progress } = means
  const count = async () => (probe.control ? readCounter(probe.control, host, signal) : undefined)
  const before = await count()
  const looks = await host.instrument(
    { source: `${probe.id}/${backEnd.id}`, acts, guard: guardOf(cost), ...(until ? { until } : {}) },
    signal,
    progress,
  )
  const after = await count()
  return { looks, moved: before === undefined || after === undefined ? undefined : after - before }
}

/** Four times what was predicted, and never less than a fifth of a CPU: starting a tracer costs that. */
function guardOf({ cpuShare }: Cost) {
  return {
    cpuShare: Math.max(0.3, ((cpuShare ?? 10) / 100) * 4),
    systemShare: Math.max(0.25, ((cpuShare ?? 10) / 100) * 4),
  }
}
