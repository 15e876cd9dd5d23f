// One question → its answer in the facts, or why no instrument of this host could give it. The order: may we, can we, what will it cost,
// does the person agree, do it under guard, and do we believe what it says.
import type { Host, Progress } from '../host/host.ts'
import { addReading, forget, type Facts } from '../measure/facts.ts'
import { installHint } from '../measure/packages.ts'
import type { Context } from '../model/context.ts'
import type { Cost, Escalation, Tried } from '../model/escalation.ts'
import type { Metric } from '../model/metric.ts'
import type { Observation, Tier } from '../model/observation.ts'
import type { BackEnd, Plan, Probe, ProgramFunction } from '../model/probe.ts'
import type { Reading } from '../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { agree, type Agreeing, type Refusal } from './agree.ts'
import { cannotWait, isCannotWait, mostSeconds, tenths, toldOf, tooFast, watching, type Waiting } from './armed.ts'
import { disbelief, sizeOf } from './believe.ts'
import { commandOf } from './command.ts'
import { predicted } from './cost.ts'
import { incapable, toolOf, whyFailed } from './dry-run.ts'
import { lacking, readFormats, type Formats } from './formats.ts'
import { performed } from './performed.ts'
import { refusalOf } from './policy.ts'
import { rateOf } from './rate.ts'

export interface Question {
  readonly metric: string
  readonly why?: string
  readonly state?: string
  /** Only this process. */
  readonly pid?: number
  /** Of that process. */
  readonly function?: ProgramFunction
  readonly seconds?: number
  /** Not asked now: recorded into a ring, and read when this has happened. */
  readonly armed?: Waiting
  /** Only this back end: tests, and people who want to compare. */
  readonly backEnd?: string
}

export interface Means extends Agreeing {
  readonly host: Host
  readonly context: Context
  readonly probes: readonly Probe[]
  /** Most intrusive tier allowed. */
  readonly allow: Tier
  readonly catalogue: ReadonlyMap<string, Metric>
  readonly signal: AbortSignal
  readonly progress?: Progress
  /** Minute of the day, local time: for quiet hours. */
  readonly minute: number
}

/** What a back end came to: the answer, or why not; `quiet`: because nothing happened. */
type Attempt = { readonly done: Partial<Escalation> } | (Refusal & { readonly quiet?: true })

const UNNAMED = unavailable(
  'not measured',
  'it is about one function of one process, and neither is named here',
  'tracebook probe function_latency --pid N --function NAME',
)

const LOST_LIMIT = 0.01

/** Never throws for the host's sake; what was learnt is in `facts`, all looks are in `facts.looks`. */
export async function escalate(question: Question, facts: Facts, means: Means): Promise<Escalation> {
  const { metric } = question
  const probe = means.probes.find((one) => one.gives.includes(metric))
  if (!probe)
    return refused(question, unavailable('not supported', `no probe of this version gives ${metric}`), 'impossible')
  if (probe.needs === 'function' && (question.pid === undefined || question.function === undefined))
    return noted(facts, question, probe, UNNAMED, 'impossible', [])
  const no = refusalOf(means.allow, means.policy, means.minute) ?? cooling(probe, means)
  if (no) return noted(facts, question, probe, no, 'refused', [])
  const { host } = means
  const looks: Observation[] = []
  const witness: Host = {
    ...host,
    look: async (...args) => {
      const found = await host.look(...args)
      looks.push(...[...found.values()].flat())
      return found
    },
    instrument: async (...args) => {
      const found = await host.instrument(...args)
      looks.push(...found)
      return found
    },
  }
  forget(facts, new Set(probe.gives))
  const escalation = await attempts(question, probe, facts, { ...means, host: witness })
  const own = `probe ${probe.id}`
  facts.looks.set(own, [
    ...(facts.looks.get(own) ?? []),
    ...looks.filter(({ source }) => source.startsWith(`${probe.id}/`)),
  ])
  facts.looks.set('escalation', [
    ...(facts.looks.get('escalation') ?? []),
    ...looks.filter(({ source }) => !source.startsWith(`${probe.id}/`)),
  ])
  if (escalation.outcome === 'answered')
    host.remember(`escalated ${probe.id}`, String(Math.round(Date.parse(host.startedAt) / 1000)))
  return escalation
}

async function attempts(question: Question, probe: Probe, facts: Facts, means: Means): Promise<Escalation> {
  const backEnds = probe.backEnds.filter(({ id }) => question.backEnd === undefined || id === question.backEnd)
  const formats = await readFormats(
    [...backEnds.flatMap(({ events }) => events), ...(probe.counted === 'sample' ? [] : probe.counted)],
    means.host,
    means.signal,
  )
  const tried: Tried[] = []
  // Counted when the first back end is found that could work: a host without any is spared the second.
  let rate: number | undefined
  let counted = false
  for (const backEnd of backEnds) {
    if (means.signal.aborted) break
    const obstacle =
      question.armed && backEnd.ring === undefined
        ? cannotWait(means.catalogue.get(probe.answers)?.kind)
        : await obstacleOf(backEnd, formats, means)
    if (obstacle) {
      tried.push({ backEnd: backEnd.id, why: obstacle })
      continue
    }
    if (!counted) {
      counted = true
      rate = await rateOf(probe, formats, {
        host: means.host,
        cpus: means.context.cpus.online,
        signal: means.signal,
        plan: planOf(question, probe, means),
      })
    }
    const cost = predicted(rate, backEnd)
    const attempt = await attemptOf(question, probe, backEnd, { rate, cost }, facts, means)
    if ('done' in attempt)
      return {
        ...base(question, probe),
        outcome: 'answered',
        tried: [...tried, { backEnd: backEnd.id }],
        ...attempt.done,
      }
    tried.push({ backEnd: backEnd.id, why: attempt.why, ...(rate === undefined ? {} : { cost }) })
    if (attempt.quiet && !means.signal.aborted) return noted(facts, question, probe, attempt.why, 'quiet', tried)
    if (attempt.stop) break
  }
  if (means.signal.aborted)
    return noted(facts, question, probe, unavailable('not measured', 'the run was stopped'), 'interrupted', tried)
  const first =
    tried.find(({ why }) => why?.unavailable === 'not consented') ??
    tried.find(({ why }) => !isCannotWait(why)) ??
    tried[0]
  const why = first?.why ?? unavailable('not supported', `${probe.id} has no back end ${question.backEnd ?? ''}`)
  return noted(facts, question, probe, why, why.unavailable === 'not consented' ? 'refused' : 'impossible', tried)
}

/** Why a back end cannot be used here, found without touching what it would measure. */
async function obstacleOf(backEnd: BackEnd, formats: Formats, means: Means): Promise<Unavailable | undefined> {
  const { policy, host, context, signal } = means
  if (policy.instruments && !policy.instruments.includes(backEnd.instrument))
    return unavailable('not consented', `the policy does not allow ${backEnd.instrument}`)
  const tool = toolOf(backEnd, host)
  if (isUnavailable(tool)) return withHint(tool, backEnd, context)
  // perf may be open to others (perf_event_paranoid); everything else instruments the kernel as root only.
  if (!context.privileges.root && backEnd.instrument !== 'perf')
    return unavailable('not permitted', "instrumenting the kernel is root's right", 'run as root')
  return lacking(backEnd.events, formats) ?? (await incapable(backEnd, host, signal))
}

async function attemptOf(
  question: Question,
  probe: Probe,
  backEnd: BackEnd,
  { rate, cost }: { readonly rate: number | undefined; readonly cost: Cost },
  facts: Facts,
  means: Means,
): Promise<Attempt> {
  const { host } = means
  const tool = toolOf(backEnd, host)
  if (isUnavailable(tool)) return { why: tool }
  const fast = question.armed ? tooFast(backEnd, rate, question.armed) : tooMany(backEnd, rate, means)
  if (fast) return { why: fast }
  const plan: Plan = {
    ...planOf(question, probe, means),
    ...(rate === undefined ? {} : { rate }),
    ...(question.armed ? { armed: true, seconds: mostSeconds(question.armed) } : {}),
  }
  const acts = backEnd.acts(plan, tool)
  const command = commandOf(acts, probe, backEnd)
  const agreed = await agree(question, probe, backEnd, command, plan, cost, means)
  if (agreed) return agreed
  const watch = question.armed && watching(question.armed, host, rate, means.progress)
  const row = { probe, backEnd, acts, cost, ...(watch ? { until: watch.until } : {}) }
  const { looks, moved } = await performed(row, watch ? { ...means, progress: watch.progress } : means)
  const { armed, why, quiet } = watch?.end(acts, looks) ?? {}
  // What has happened is over: no other instrument could see it any more.
  const over = armed || why ? { stop: true } : {}
  if (why) return { why, ...over, ...(quiet ? { quiet } : {}) }
  const bad = looks.find((look) => look.outcome !== 'ok')
  if (bad) return { why: whyFailed(bad, backEnd.id), ...over, ...(bad.outcome === 'interrupted' ? { stop: true } : {}) }
  const reading = backEnd.read(looks, plan)
  if (isUnavailable(reading)) return { why: reading, ...over }
  const answer = reading.answers?.[probe.answers]
  const seconds = armed ? tenths(reading.spanSeconds ?? 0) : plan.seconds
  const expected = rate === undefined ? undefined : rate * seconds
  const disbelieved = disbelief(probe, backEnd, { answer, looks, moved, expected })
  if (disbelieved) return { why: disbelieved, ...over }
  addReading(facts, `probe ${probe.id}`, probe.gives, reading, means.catalogue)
  const lost = backEnd.lost?.(looks, plan) ?? 0
  const meanwhile = armed ? 'while it waited' : 'in the same time'
  return {
    done: {
      backEnd: backEnd.id,
      command,
      seconds,
      ...(armed ? { armed } : {}),
      cost: { ...cost, measuredCpuMs: Math.round(looks.reduce((sum, look) => sum + look.cpuMs, 0)) },
      ...(lost > LOST_LIMIT * sizeOf(answer) ? { lost } : {}),
      ...(moved !== undefined && probe.control ? { control: `${moved} ${probe.control.of} ${meanwhile}` } : {}),
      ...(answer ? { answer } : {}),
      ...besides(probe, reading),
    },
  }
}

/** A log of all events is copied out and printed: what is more than it keeps up with, another instrument counts in the kernel. */
function tooMany({ id, mostEvents }: BackEnd, rate: number | undefined, { context }: Means): Unavailable | undefined {
  return rate !== undefined && mostEvents !== undefined && rate > mostEvents * context.cpus.online
    ? unavailable('not supported', `${Math.round(rate)} events a second are more than ${id} keeps up with`)
    : undefined
}

function planOf(question: Question, probe: Probe, { context }: Means): Plan {
  return {
    seconds: question.seconds ?? probe.seconds,
    context,
    cpus: context.cpus.online,
    ...(question.pid === undefined ? {} : { pid: question.pid }),
    ...(question.function === undefined ? {} : { function: question.function }),
  }
}

function withHint(why: Unavailable, { tools }: BackEnd, context: Context): Unavailable {
  const hint = installHint(tools?.[0], context)
  return hint === undefined || why.cure !== undefined ? why : { ...why, cure: hint }
}

/** Unattended runs do not ask the same again and again: escalation must never become the load. */
function cooling(probe: Probe, { policy, host, consent }: Means): Unavailable | undefined {
  if (policy.coolDownSeconds === undefined || consent) return undefined
  const last = Number(host.recall(`escalated ${probe.id}`))
  const ago = Date.parse(host.startedAt) / 1000 - last
  return Number.isFinite(ago) && ago >= 0 && ago < policy.coolDownSeconds
    ? unavailable(
        'not consented',
        `it was asked ${Math.round(ago)} s ago, and the policy wants ${policy.coolDownSeconds} s between`,
      )
    : undefined
}

function base({ metric, state, armed }: Question, probe: Probe) {
  return {
    ...(state === undefined ? {} : { state }),
    metric,
    probe: probe.id,
    asks: probe.asks,
    tells: probe.tells,
    ...(armed ? { armed: toldOf(armed) } : {}),
  }
}

function refused(question: Question, why: Unavailable, outcome: 'refused' | 'impossible'): Escalation {
  const { metric, state } = question
  return { ...(state === undefined ? {} : { state }), metric, asks: metric, outcome, why, tried: [] }
}

/** The reason is kept as that of each metric the probe would have given. */
function noted(
  facts: Facts,
  question: Question,
  probe: Probe,
  why: Unavailable,
  outcome: Escalation['outcome'],
  tried: readonly Tried[],
): Escalation {
  for (const id of probe.gives) if (!facts.from.has(id)) facts.missing.set(id, why)
  return { ...base(question, probe), outcome, why, would: probe.tells, tried }
}

function besides(probe: Probe, reading: Reading): Pick<Escalation, 'more'> {
  const more = Object.entries(reading.answers ?? {}).filter(([metric]) => metric !== probe.answers)
  return more.length === 0 ? {} : { more: Object.fromEntries(more) }
}
