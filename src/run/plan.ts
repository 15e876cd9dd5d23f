// Runbook + what a host can do → what a run would do there: windows with their looks, what stays unknown, least and worst time.
import { compileRunbook, list, type CompiledStep } from '../compile/flatten.ts'
import { describe } from '../compile/machine.ts'
import { checkProgram } from '../judge/program.ts'
import type { Library } from '../load/library.ts'
import { choose, type Means } from '../measure/choose.ts'
import type { Metric } from '../model/metric.ts'
import type { Tier } from '../model/observation.ts'
import type { Probe } from '../model/probe.ts'
import type { Request, Source } from '../model/source.ts'
import type { Verb } from '../model/runbook.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { secondsOf } from './rounds.ts'

export interface PlannedSource {
  readonly id: string
  readonly tier: Tier
  readonly asks: string
  readonly requests: readonly Request[]
  /** Metrics that will be taken from it. */
  readonly metrics: readonly string[]
}

export interface Unknown {
  readonly metric: string
  readonly why: Unavailable
  /** Checks that read it. */
  readonly checks: readonly string[]
}

export interface Measuring {
  readonly checks: readonly string[]
  readonly seconds: number
  /** When a tool hangs, is killed, and its twin is asked in a second window. */
  readonly worstSeconds: number
  readonly sources: readonly PlannedSource[]
  readonly unknown: readonly Unknown[]
}

export interface PlannedStep {
  readonly state: string
  /** How many groups and followed runbooks it is in. */
  readonly depth: number
  readonly verb: Verb
  readonly text: string
  readonly when?: string
  /** It may be passed over: it, or a group or runbook around it, has a condition. */
  readonly conditional: boolean
  readonly measuring?: Measuring
  readonly asking?: Asking
  /** Why an escalation cannot be taken here. */
  readonly obstacle?: Unavailable
  readonly leastSeconds: number
  readonly worstSeconds: number
}

export interface Plan {
  readonly runbook: string
  readonly title: string
  readonly goal: string
  readonly steps: readonly PlannedStep[]
  readonly leastSeconds: number
  readonly worstSeconds: number
  readonly unknown: readonly Unknown[]
}

/** A question to the kernel, as far as it can be told before it is asked. */
export interface Asking {
  readonly probe: string
  readonly asks: string
  /** Those that could be used here, in order; which one works is found out by doing. */
  readonly backEnds: readonly string[]
  /** Recorded until what the step waits for happens. */
  readonly armed?: true
  readonly seconds: number
  readonly worstSeconds: number
}

export interface Planning extends Means {
  readonly probes?: readonly Probe[]
  readonly library: Library
  readonly catalogue: ReadonlyMap<string, Metric>
}

/** SIGINT, SIGTERM, SIGKILL and the wait for the pipes. */
const KILL_SECONDS = 1
const GRACE_SECONDS = 3
const PREFLIGHT_SECONDS = 1
const DRY_RUN_SECONDS = 10
const PROBE_GRACE_SECONDS = 10

export function planOf(id: string, planning: Planning): Plan {
  const { title, goal } = compileRunbook(id, planning.library, planning.catalogue)
  const steps = planSteps(id, planning, { measured: new Set(), conditional: false, following: [], depth: 0 })
  const sum = (of: (step: PlannedStep) => number) => steps.reduce((total, step) => total + of(step), 0)
  return {
    runbook: id,
    title,
    goal,
    steps,
    leastSeconds: sum((s) => s.leastSeconds),
    worstSeconds: sum((s) => s.worstSeconds),
    unknown: allUnknown(steps),
  }
}

interface Walk {
  /** Checks that are surely judged by now. */
  readonly measured: Set<string>
  readonly conditional: boolean
  readonly following: readonly string[]
  readonly depth: number
}

function planSteps(runbook: string, planning: Planning, walk: Walk): PlannedStep[] {
  const { steps } = compileRunbook(runbook, planning.library, planning.catalogue)
  const planned: PlannedStep[] = []
  const visit = (step: CompiledStep, around: Walk): void => {
    const here = { ...around, conditional: around.conditional || step.when !== undefined }
    const inside = { ...here, depth: around.depth + 1 }
    planned.push(planStep(step, runbook, planning, here))
    for (const inner of step.steps) visit(inner, inside)
    if ('follow' in step.step && !walk.following.includes(step.step.follow))
      planned.push(...planSteps(step.step.follow, planning, { ...inside, following: [...walk.following, runbook] }))
  }
  for (const step of steps) visit(step, walk)
  return planned
}

function planStep(step: CompiledStep, runbook: string, planning: Planning, walk: Walk): PlannedStep {
  const { conditional, depth } = walk
  const escalation = 'escalate' in step.step ? step.step.escalate : undefined
  const recording = 'wait' in step.step ? step.step.record : undefined
  const asked = escalation ?? recording
  const probe = asked === undefined ? undefined : planning.probes?.find(({ gives }) => gives.includes(asked))
  const asking = probe && askingOf(probe, planning, recording !== undefined)
  const obstacle = isUnavailable(asking)
    ? asking
    : escalation === undefined || asking
      ? undefined
      : choose(new Set([escalation]), planning).missing.get(escalation)
  // What cannot be recorded is waited for all the same.
  const measuring =
    step.verb !== 'wait' && (obstacle || asking) ? undefined : measuringOf(step, escalation, planning, walk)
  if (measuring && step.verb === 'check' && !conditional) for (const id of measuring.checks) walk.measured.add(id)
  const question = isUnavailable(asking) ? undefined : asking
  const worst =
    (measuring?.worstSeconds ?? 0) +
    (question?.worstSeconds ?? 0) +
    ('wait' in step.step ? secondsOf(step.step['up-to']) : 0)
  return {
    state: `${runbook}/${step.state}`,
    depth,
    verb: step.verb,
    text: describe(step),
    ...(step.when ? { when: step.when.text } : {}),
    conditional,
    ...(measuring ? { measuring } : {}),
    ...(question ? { asking: question } : {}),
    ...(obstacle ? { obstacle } : {}),
    leastSeconds: conditional ? 0 : (measuring?.seconds ?? 0) + (question ? question.seconds + PREFLIGHT_SECONDS : 0),
    worstSeconds: worst,
  }
}

/** Each back end that is here may be tried: a dry run, the question, and the time it has to attach and detach. */
function askingOf(
  { id, asks, seconds: usual, backEnds }: Probe,
  { allow, host, context }: Planning,
  armed: boolean,
): Asking | Unavailable {
  if (allow !== 'trace')
    return unavailable(
      'not consented',
      `it instruments the kernel; only up to tier ${allow} is allowed`,
      '--allow trace',
    )
  const able = backEnds.filter(({ ring }) => !armed || ring !== undefined)
  if (able.length === 0) return unavailable('not supported', 'none of its instruments can wait for something to happen')
  const here = able.filter(
    ({ tools = [] }) => tools.length === 0 || tools.some((tool) => !isUnavailable(host.which(tool))),
  )
  const usable = here.filter(({ instrument }) => context.privileges.root || instrument === 'perf')
  if (here.length === 0)
    return unavailable('not installed', `none of its instruments is here`, 'tracebook doctor --probes')
  if (usable.length === 0)
    return unavailable('not permitted', 'it instruments the kernel, which is the right of root', 'run as root')
  // Its time is that of the step.
  const seconds = armed ? 0 : usual
  const each = DRY_RUN_SECONDS + seconds + PROBE_GRACE_SECONDS
  return {
    probe: id,
    asks,
    backEnds: usable.map((one) => one.id),
    ...(armed ? { armed: true as const } : {}),
    seconds,
    worstSeconds: PREFLIGHT_SECONDS + each * usable.length,
  }
}

function measuringOf(
  step: CompiledStep,
  escalation: string | undefined,
  planning: Planning,
  walk: Walk,
): Measuring | undefined {
  // A check step without a window of its own shares that of the step before it.
  const checks = 'wait' in step.step ? list(step.step.wait) : step.window.filter((id) => !walk.measured.has(id))
  const readers = new Map<string, string[]>()
  for (const id of checks)
    for (const metric of needsOf(id, planning)) readers.set(metric, [...(readers.get(metric) ?? []), id])
  if (escalation !== undefined) readers.set(escalation, [])
  if (readers.size === 0) return undefined
  const { sources, missing } = choose(new Set(readers.keys()), planning)
  const taken = new Set<string>()
  const planned = sources.map((source) => plannedSource(source, readers, taken, planning))
  const requests = planned.flatMap((source) => source.requests)
  const lasting = requests.some(
    (request) => request.at !== 'start' || (request.kind === 'run' && request.lasting === true),
  )
  const seconds = lasting ? (planning.window.intervalMs * planning.window.count) / 1000 : 0
  const tools = requests.filter((request) => request.kind === 'run')
  const grace = Math.max(0, ...tools.map((request) => (request.graceMs ?? GRACE_SECONDS * 1000) / 1000 + KILL_SECONDS))
  return {
    checks,
    seconds,
    worstSeconds: tools.length > 0 ? 2 * (seconds + grace) : seconds,
    sources: planned,
    unknown: [...missing].map(([metric, why]) => ({ metric, why, checks: readers.get(metric) ?? [] })),
  }
}

function plannedSource(
  source: Source,
  needs: ReadonlyMap<string, unknown>,
  taken: Set<string>,
  planning: Planning,
): PlannedSource {
  const requests = source.requests(planning.window, planning.context)
  const metrics = source.gives.filter((id) => needs.has(id) && !taken.has(id))
  for (const id of metrics) taken.add(id)
  return {
    id: source.id,
    tier: source.tier,
    asks: source.asks,
    requests: isUnavailable(requests) ? [] : requests,
    metrics,
  }
}

function needsOf(check: string, { library, catalogue }: Planning): readonly string[] {
  const loaded = library.checks.get(check)
  return loaded ? checkProgram(loaded, catalogue).needs : []
}

function allUnknown(steps: readonly PlannedStep[]): Unknown[] {
  const found = new Map<string, Unknown>()
  for (const { metric, why, checks } of steps.flatMap((step) => step.measuring?.unknown ?? []))
    found.set(metric, { metric, why, checks: [...new Set([...(found.get(metric)?.checks ?? []), ...checks])] })
  return [...found.values()]
}
