// One step that takes time → done: measures and judges, asks, waits, follows, or says why an escalation cannot be.
import { parseQuantity } from '../model/unit.ts'
import type { CompiledRunbook, CompiledStep } from '../compile/flatten.ts'
import { describe } from '../compile/machine.ts'
import { measure, type Measurement } from '../measure/measure.ts'
import { choose } from '../measure/choose.ts'
import type { Escalation } from '../model/escalation.ts'
import type { PathEntry } from '../model/report.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { lookupIn, judgeInto, programOf, type Session } from './session.ts'

/** What became of a step; `path` entries are made of it. */
export interface Performed {
  readonly outcome: PathEntry['outcome']
  readonly because?: string
}

export type Follow = (runbook: string) => Promise<void>

export async function perform(
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
  follow: Follow,
): Promise<Performed> {
  const { settings } = session
  if (settings.signal.aborted) return { outcome: 'interrupted', because: 'the run was stopped' }
  const one = step.step
  if ('check' in one) return check(step, runbook, session)
  if ('escalate' in one) return escalate(one, step, runbook, session)
  if ('wait' in one) return wait(step, one, session)
  if ('ask' in one) {
    const answer = await settings.guide.ask(one)
    session.answers.set(one.as, answer)
    return { outcome: 'done', because: `${one.as}: ${answer}` }
  }
  if ('follow' in one) {
    await follow(one.follow)
    return { outcome: 'done' }
  }
  throw new Error(`a ${step.verb} step takes no time`)
}

async function check(step: CompiledStep, runbook: CompiledRunbook, session: Session): Promise<Performed> {
  const window = step.window.length > 0 ? step.window : step.checks
  const open = window.filter((id) => !session.findings.has(id))
  const look = 'look' in step.step ? step.step.look : undefined
  if (open.length > 0) {
    const needs = needsOf(session, open)
    const said = await announce(step, runbook, session, needs, look ?? runbook.goal)
    if (said !== 'run') return { outcome: said === 'quit' ? 'interrupted' : 'refused', because: 'the person said so' }
    await measure(needs, session.facts, measurementOf(session))
    judgeInto(session, open)
  }
  const seen = { state: `${runbook.id}/${step.state}`, title: describe(step), ...(look === undefined ? {} : { look }) }
  session.settings.guide.after(
    seen,
    step.checks.flatMap((id) => session.findings.get(id) ?? []),
  )
  return { outcome: 'done', ...(open.length === 0 ? { because: 'measured before' } : {}) }
}

/** A metric that instrumentation gives is asked of a probe; one that a counting source gives is measured as any other. */
async function escalate(
  one: { readonly escalate: string; readonly why?: string },
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
): Promise<Performed> {
  const { settings } = session
  const known = settings.sources.some((source) => source.gives.includes(one.escalate))
  const done = await (known ? count(one, step, runbook, session) : probe(one, step, runbook, session))
  judgeInto(session, step.checks)
  if (step.checks.length > 0)
    settings.guide.after(
      { state: `${runbook.id}/${step.state}`, title: describe(step) },
      step.checks.flatMap((id) => session.findings.get(id) ?? []),
    )
  return done
}

async function count(
  { escalate: metric, why }: { readonly escalate: string; readonly why?: string },
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
): Promise<Performed> {
  const needs = new Set([metric])
  const { missing } = choose(needs, session.settings)
  const obstacle = missing.get(metric)
  if (obstacle) {
    session.facts.missing.set(metric, obstacle)
    return {
      outcome: obstacle.unavailable === 'not consented' ? 'refused' : 'impossible',
      because: `unknown: ${obstacle.reason}`,
    }
  }
  // Counting costs the same beside the other looks: a window of its own would make the run longer by one.
  const shared = runbook.steps.find(
    ({ window }) => window.some((id) => !session.findings.has(id)) && needsOf(session, window).has(metric),
  )
  if (shared) return { outcome: 'done', because: `counted in the window of ${shared.state}` }
  const said = await announce(step, runbook, session, needs, why ?? runbook.goal)
  if (said !== 'run') return { outcome: said === 'quit' ? 'interrupted' : 'refused', because: 'the person said so' }
  await measure(needs, session.facts, measurementOf(session))
  const left = session.facts.missing.get(metric)
  return left ? { outcome: 'impossible', because: `unknown: ${left.reason}` } : { outcome: 'done' }
}

async function probe(
  { escalate: metric, why }: { readonly escalate: string; readonly why?: string },
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
): Promise<Performed> {
  const { settings } = session
  const earlier = session.escalations.find((one) => one.metric === metric)
  if (earlier) return { ...outcomeOf(earlier), because: 'asked before' }
  // Before the module is loaded: most runs never ask.
  const { escalate: ask } = await import('../escalate/escalate.ts')
  const question = { metric, state: `${runbook.id}/${step.state}`, ...(why === undefined ? {} : { why }) }
  const now = new Date(settings.host.startedAt)
  const escalation = await ask(question, session.facts, {
    ...settings,
    probes: (await settings.probes?.()) ?? [],
    policy: settings.policy ?? { maxOverhead: 'low' },
    minute: now.getHours() * 60 + now.getMinutes(),
    progress: settings.guide.progress,
    ...(settings.guide.consent ? { consent: settings.guide.consent } : {}),
  })
  session.escalations.push(escalation)
  return outcomeOf(escalation)
}

function outcomeOf({ outcome, why, backEnd, cost, tried }: Escalation): Performed {
  if (outcome !== 'answered') return { outcome, because: `unknown: ${why?.reason ?? 'no answer'}` }
  const price = cost?.cpuShare === undefined ? '' : `, predicted ${cost.cpuShare} % of a CPU (${cost.overhead})`
  const others = tried.flatMap((one) => (one.why ? [`${one.backEnd}: ${one.why.reason}`] : []))
  return {
    outcome: 'done',
    because: `${backEnd ?? ''} answered${price}${others.length > 0 ? `; not ${others.join('; not ')}` : ''}`,
  }
}

async function wait(
  step: CompiledStep,
  one: { readonly every: string; readonly 'up-to': string },
  session: Session,
): Promise<Performed> {
  const { settings } = session
  const every = secondsOf(one.every) * 1000
  const limit = settings.host.now() + secondsOf(one['up-to']) * 1000
  for (let round = 1; ; round++) {
    const started = settings.host.now()
    await measure(needsOf(session, step.checks), session.facts, measurementOf(session))
    judgeInto(session, step.checks)
    if (step.until?.evaluate(lookupIn(session)) === true) return { outcome: 'done', because: `held in round ${round}` }
    if (settings.signal.aborted) return { outcome: 'interrupted', because: 'the run was stopped' }
    const rest = started + every - settings.host.now()
    if (settings.host.now() + Math.max(0, rest) >= limit)
      return { outcome: 'done', because: `did not hold in ${round} rounds` }
    if (rest > 0) await settings.host.pause(rest, settings.signal)
  }
}

export function secondsOf(text: string): number {
  const quantity = parseQuantity(text)
  return quantity?.dimension === 'seconds' ? quantity.value : 0
}

export function needsOf(session: Session, checks: readonly string[]): Set<string> {
  return new Set(checks.flatMap((id) => programOf(session, id).needs))
}

function measurementOf(session: Session): Measurement {
  const { guide } = session.settings
  return { ...session.settings, progress: guide.progress }
}

function announce(
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
  needs: ReadonlySet<string>,
  why: string,
) {
  const { settings } = session
  return settings.guide.before(() => {
    const { sources } = choose(needs, settings)
    const looks = sources.flatMap((source) => {
      const requests = source.requests(settings.window, settings.context)
      return isUnavailable(requests)
        ? []
        : requests.map((r) =>
            r.kind === 'run'
              ? r.argv.join(' ')
              : r.kind === 'read'
                ? `read ${r.paths.slice(0, 3).join(' ')}${r.paths.length > 3 ? ' …' : ''}`
                : 'read /proc of every process',
          )
    })
    const count = step.window.length > 0 ? step.window.length : step.checks.length
    const title = step.verb === 'check' ? `measure for ${count} check${count === 1 ? '' : 's'}` : describe(step)
    return {
      runbook: runbook.id,
      state: step.state,
      title,
      why,
      looks: [...new Set(looks)],
      seconds: (settings.window.intervalMs * settings.window.count) / 1000,
    }
  })
}
