// A question to the kernel → what is known about it: who can answer, what it reads there, and who asks it.
import { allSteps, compileRunbook } from '../../compile/flatten.ts'
import type { Library } from '../../load/library.ts'
import type { Metric } from '../../model/metric.ts'
import type { Probe } from '../../model/probe.ts'
import { nameOf } from '../../escalate/formats.ts'
import { rows, section, wrapped, type Colors } from '../layout.ts'

export interface ProbePage {
  readonly kind: 'probe'
  readonly id: string
  readonly asks: string
  readonly tells: string
  readonly seconds: number
  readonly gives: readonly string[]
  readonly backEnds: readonly {
    readonly id: string
    readonly mechanism: string
    readonly events: readonly string[]
    readonly consent?: 'always'
  }[]
  /** What asks it: `cpu/escalate-1`. */
  readonly askedBy: readonly string[]
}

/** By its own name, or by the metric that is its answer. */
export function probePage(
  id: string,
  library: Library,
  catalogue: ReadonlyMap<string, Metric>,
  probes: readonly Probe[],
): ProbePage | undefined {
  const probe = probes.find((one) => one.id === id || one.answers === id)
  if (!probe) return undefined
  const { asks, tells, seconds, gives, backEnds } = probe
  return {
    kind: 'probe',
    id: probe.id,
    asks,
    tells,
    seconds,
    gives,
    backEnds: backEnds.map(({ id: name, mechanism, events, consent }) => ({
      id: name,
      mechanism,
      events,
      ...(consent ? { consent } : {}),
    })),
    askedBy: [...library.runbooks.keys()].flatMap((runbook) =>
      allSteps(compileRunbook(runbook, library, catalogue).steps).flatMap(({ state, step }) =>
        'escalate' in step && gives.includes(step.escalate) ? [`${runbook}/${state}`] : [],
      ),
    ),
  }
}

export function probeLines(page: ProbePage, colors: Colors, width: number): string[] {
  const { id, asks, tells, seconds, gives, backEnds, askedBy } = page
  const instruments = backEnds.map(({ id: name, mechanism, events, consent }) => [
    name,
    mechanism,
    `${events.map(nameOf).join(' ')}${consent ? ' (never without a person)' : ''}`,
  ])
  return [
    `${colors.dim('probe')} ${colors.bold(colors.cyan(id))}  ${asks}`,
    `  instruments the kernel for ${seconds} s; tier trace, only in an escalate step`,
    ...section(colors, 'How to read it', wrapped(tells, width)),
    ...section(colors, 'Instruments, the first that works is taken', rows(instruments, [colors.cyan])),
    ...section(colors, 'Gives', wrapped(gives.join(', '), width)),
    ...section(
      colors,
      'Asked by',
      askedBy.map((one) => `  ${one}`),
    ),
    ...section(colors, 'Ask it yourself', [
      `  tracebook probe ${id}`,
      `  tracebook probe ${id} --print   what would be done; nothing is run`,
    ]),
  ]
}
