// One question → its answer in the facts, or why no instrument of this host could give it. The order: may we, can we, what will it cost,
// does the person agree, do it under guard, and do we believe what it says.
import type { Host, Progress } from '../host/host.ts'
import { addReading, forget, type Facts } from '../measure/facts.ts'
import { installHint } from '../measure/packages.ts'
import type { Context } from '../model/context.ts'
import { totalOf } from '../model/distribution.ts'
import type { Consent, Cost, Escalation, Tried } from '../model/escalation.ts'
import type { Answer, Metric } from '../model/metric.ts'
import { commandLine, type Observation, type Tier } from '../model/observation.ts'
import type { Act, BackEnd, Plan, Probe } from '../model/probe.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { predicted } from './cost.ts'
import { incapable, toolOf, whyFailed } from './dry-run.ts'
import { lacking, nameOf, readFormats, type Formats } from './formats.ts'
import { exceeds, refusalOf, type Policy } from './policy.ts'
import { rateOf, readCounter } from './rate.ts'

export interface Question {
  readonly metric: string
  readonly why?: string
  readonly state?: string
  /** Only this process. */
  readonly pid?: number
  readonly seconds?: number
  /** Only this back end: tests, and people who want to compare. */
  readonly backEnd?: string
}

export interface Means {
  readonly host: Host
  readonly context: Context
  readonly probes: readonly Probe[]
  /** Most intrusive tier allowed. */
  readonly allow: Tier
  readonly policy: Policy
  readonly catalogue: ReadonlyMap<string, Metric>
  readonly signal: AbortSignal
  readonly progress?: Progress
  /** A person: asked above the policy's limit. Absent: unattended, and then the limit is the limit. */
  readonly consent?: (consent: Consent) => Promise<'yes' | 'no' | 'quit'>
  /** Minute of the day, local time: for quiet hours. */
  readonly minute: number
}

/** What a back end came to: the answer, or why not. */
type Attempt = { readonly done: Partial<Escalation> } | { readonly why: Unavailable; readonly stop?: boolean }

const LOST_LIMIT = 0.01

/** Never throws for the host's sake; what was learnt is in `facts`, all looks are in `facts.looks`. */
export async function escalate(question: Question, facts: Facts, means: Means): Promise<Escalation> {
  const { metric } = question
  const probe = means.probes.find((one) => one.gives.includes(metric))
  if (!probe) return refused(question, unavailable('not supported', `no probe of this version gives ${metric}`), 'impossible')
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
  facts.looks.set(own, [...(facts.looks.get(own) ?? []), ...looks.filter(({ source }) => source.startsWith(`${probe.id}/`))])
  facts.looks.set('escalation', [
    ...(facts.looks.get('escalation') ?? []),
    ...looks.filter(({ source }) => !source.startsWith(`${probe.id}/`)),
  ])
  if (escalation.outcome === 'answered') host.remember(`escalated ${probe.id}`, String(Math.round(Date.parse(host.startedAt) / 1000)))
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
    const obstacle = await obstacleOf(backEnd, formats, means)
    if (obstacle) {
      tried.push({ backEnd: backEnd.id, why: obstacle })
      continue
    }
    if (!counted) {
      counted = true
      rate = await rateOf(probe, formats, { host: means.host, cpus: means.context.cpus.online, signal: means.signal })
    }
    const attempt = await attemptOf(question, probe, backEnd, rate, facts, means)
    if ('done' in attempt) return { ...base(question, probe), outcome: 'answered', tried: [...tried, { backEnd: backEnd.id }], ...attempt.done }
    tried.push({ backEnd: backEnd.id, why: attempt.why })
    if (attempt.stop) break
  }
  if (means.signal.aborted) return noted(facts, question, probe, unavailable('not measured', 'the run was stopped'), 'interrupted', tried)
  const first = tried.find(({ why }) => why?.unavailable === 'not consented') ?? tried[0]
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
    return unavailable('not permitted', `${backEnd.instrument} instruments the kernel, which is root's right`, 'run as root')
  return lacking(backEnd.events, formats) ?? (await incapable(backEnd, host, signal))
}

async function attemptOf(
  question: Question,
  probe: Probe,
  backEnd: BackEnd,
  rate: number | undefined,
  facts: Facts,
  means: Means,
): Promise<Attempt> {
  const { host, context, signal } = means
  const tool = toolOf(backEnd, host)
  if (isUnavailable(tool)) return { why: tool }
  const cost = predicted(rate, backEnd)
  if (rate !== undefined && backEnd.mostEvents !== undefined && rate > backEnd.mostEvents * context.cpus.online)
    return { why: unavailable('not supported', `${Math.round(rate)} events a second are more than ${backEnd.id} keeps up with`) }
  const plan: Plan = {
    seconds: question.seconds ?? probe.seconds,
    context,
    cpus: context.cpus.online,
    ...(rate === undefined ? {} : { rate }),
    ...(question.pid === undefined ? {} : { pid: question.pid }),
  }
  const acts = backEnd.acts(plan, tool)
  const command = commandOf(acts, probe, backEnd)
  const agreed = await agree(question, probe, backEnd, command, plan, cost, means)
  if (agreed) return agreed
  const before = probe.control ? await readCounter(probe.control, host, signal) : undefined
  const looks = await host.instrument(
    { source: `${probe.id}/${backEnd.id}`, acts, guard: guardOf(cost) },
    signal,
    means.progress,
  )
  const after = probe.control ? await readCounter(probe.control, host, signal) : undefined
  const bad = looks.find((look) => look.outcome !== 'ok')
  if (bad) return { why: whyFailed(bad, backEnd.id), ...(bad.outcome === 'interrupted' ? { stop: true } : {}) }
  const reading = backEnd.read(looks, plan)
  if (isUnavailable(reading)) return { why: reading }
  const answer = reading.answers?.[probe.answers]
  const moved = before === undefined || after === undefined ? undefined : after - before
  const disbelieved = disbelief(probe, backEnd, answer, moved)
  if (disbelieved) return { why: disbelieved }
  addReading(facts, `probe ${probe.id}`, probe.gives, reading, means.catalogue)
  const lost = backEnd.lost?.(looks) ?? 0
  return {
    done: {
      backEnd: backEnd.id,
      command,
      seconds: plan.seconds,
      cost: { ...cost, measuredCpuMs: Math.round(looks.reduce((sum, look) => sum + look.cpuMs, 0)) },
      ...(lost > LOST_LIMIT * sizeOf(answer) ? { lost } : {}),
      ...(moved !== undefined && probe.control ? { control: `${moved} ${probe.control.of} in the same time` } : {}),
      ...(answer ? { answer } : {}),
    },
  }
}

/** Above the policy's limit a person is asked, or it is refused; modules and the like are never taken without a person. */
async function agree(
  question: Question,
  probe: Probe,
  backEnd: BackEnd,
  command: string,
  plan: Plan,
  cost: Cost,
  { policy, consent }: Means,
): Promise<Attempt | undefined> {
  const above = exceeds(cost.overhead, policy.maxOverhead) || backEnd.consent === 'always'
  if (!above) return undefined
  const price =
    cost.cpuShare === undefined ? 'its cost cannot be predicted here' : `it would take about ${cost.cpuShare} % of a CPU (${cost.overhead})`
  if (!consent)
    return {
      why: unavailable(
        'not consented',
        backEnd.consent === 'always' ? `${backEnd.id} is never used without a person's consent` : `${price}; at most ${policy.maxOverhead} is allowed`,
        `--max-overhead ${cost.overhead}`,
      ),
    }
  const said = await consent({
    asks: probe.asks,
    ...(question.why === undefined ? {} : { why: question.why }),
    backEnd: backEnd.id,
    command,
    events: probe.counted === 'sample' ? ['a sample of each CPU, 99 times a second'] : backEnd.events.map(nameOf),
    seconds: plan.seconds,
    cost,
    safety: safetyOf(backEnd),
  })
  return said === 'yes' ? undefined : { why: unavailable('not consented', 'the person said no'), stop: said === 'quit' }
}

function safetyOf({ instrument }: BackEnd): string {
  switch (instrument) {
    case 'ftrace':
      return 'It records into a private trace instance, which is removed afterwards; the tracing of others is not touched.'
    case 'systemtap':
      return 'It loads a kernel module for this time: a fault in it can stop the host.'
    case 'lttng':
      return 'It records into a private session, which is destroyed afterwards.'
    default:
      return 'It ends by itself, and the kernel takes its probes away with it, however it ends.'
  }
}

/** Four times what was predicted, and never less than a fifth of a CPU: starting a tracer costs that. */
function guardOf({ cpuShare }: Cost) {
  return { cpuShare: Math.max(0.3, ((cpuShare ?? 10) / 100) * 4), systemShare: Math.max(0.25, ((cpuShare ?? 10) / 100) * 4) }
}

/** An instrument that says all was well and nothing happened, while the kernel's own counter moved, is broken (law 11). */
function disbelief({ control }: Probe, backEnd: BackEnd, answer: Answer | undefined, moved: number | undefined): Unavailable | undefined {
  if (!answer) return unavailable('not understood', `${backEnd.id} printed no answer`)
  if (sizeOf(answer) > 0 || !control) return undefined
  if (moved === undefined) return unavailable('not understood', `${backEnd.id} saw nothing, and no counter says whether there was something to see`)
  return moved >= control.least
    ? unavailable('failed', `broken instrument: ${backEnd.id} saw nothing, while the kernel counted ${moved} ${control.of}`)
    : undefined
}

function sizeOf(answer: Answer | undefined): number {
  if (!answer) return 0
  return answer.kind === 'distribution' ? totalOf(answer) : answer.total
}

/** What a person would type; a program of ours is printed by `tracebook probe PROBE --by BACK-END --print`. */
function commandOf(acts: readonly Act[], probe: Probe, backEnd: BackEnd): string {
  const first = acts[0]
  if (first?.kind === 'ftrace')
    return `cd INSTANCE; ${first.write.map(([file, text]) => `echo '${text}' > ${file}`).join('; ')}`
  const program = `tracebook probe ${probe.id} --by ${backEnd.id} --print | `
  return acts
    .flatMap((act) => (act.kind === 'run' ? [`${act.input === undefined ? '' : program}${commandLine(act.argv)}`] : []))
    .join(' && ')
    .replaceAll(/'?\{scratch\}\/([\w.-]+)'?/g, '$1')
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
    ? unavailable('not consented', `it was asked ${Math.round(ago)} s ago, and the policy wants ${policy.coolDownSeconds} s between`)
    : undefined
}

function base({ metric, state }: Question, probe: Probe) {
  return { ...(state === undefined ? {} : { state }), metric, probe: probe.id, asks: probe.asks, tells: probe.tells }
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
