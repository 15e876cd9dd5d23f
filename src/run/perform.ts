// One step that takes time → done: measures and judges, asks, waits, follows, or says why an escalation cannot be.
import { list, type CompiledRunbook, type CompiledStep } from '../compile/flatten.ts'
import { describe } from '../compile/machine.ts'
import { measure } from '../measure/measure.ts'
import { choose } from '../measure/choose.ts'
import type { WaitStep } from '../model/runbook.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { askKernel, type Performed } from './ask-kernel.ts'
import { measurementOf, needsOf, roundsOf, secondsOf } from './rounds.ts'
import { judgeInto, type Session } from './session.ts'

export type { Performed } from './ask-kernel.ts'

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
  if ('wait' in one) return wait(step, one, runbook, session)
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
    await measureSeen(needs, session)
    judgeInto(session, open)
  }
  const seen = { state: `${runbook.id}/${step.state}`, title: describe(step), ...(look === undefined ? {} : { look }) }
  session.settings.guide.after(
    seen,
    step.checks.flatMap((id) => session.findings.get(id) ?? []),
  )
  return { outcome: 'done', ...(open.length === 0 ? { because: 'measured before' } : {}) }
}

/** With its progress shown. */
function measureSeen(needs: ReadonlySet<string>, session: Session): Promise<void> {
  const { signal, guide } = session.settings
  return measure(needs, session.facts, measurementOf(session, signal, guide.progress))
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
  const done = await (known ? count(one, step, runbook, session) : askKernel(one, step, runbook, session))
  judgeAnswer(step.checks, step, runbook, session)
  return done
}

/** Checks that read what the kernel was asked. */
function judgeAnswer(checks: readonly string[], step: CompiledStep, runbook: CompiledRunbook, session: Session): void {
  if (checks.length === 0) return
  judgeInto(session, checks)
  session.settings.guide.after(
    { state: `${runbook.id}/${step.state}`, title: describe(step) },
    checks.flatMap((id) => session.findings.get(id) ?? []),
  )
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
  await measureSeen(needs, session)
  const left = session.facts.missing.get(metric)
  return left ? { outcome: 'impossible', because: `unknown: ${left.reason}` } : { outcome: 'done' }
}

/** With `record` a question is recorded meanwhile; without an instrument that can, it is waited all the same. */
async function wait(step: CompiledStep, one: WaitStep, runbook: CompiledRunbook, session: Session): Promise<Performed> {
  const { settings } = session
  if (!step.until) throw new Error('a wait step without until')
  const { window } = settings
  const upToSeconds = secondsOf(one['up-to'])
  const rounds = roundsOf(
    {
      checks: list(one.wait),
      needs: [],
      condition: step.until,
      everyMs: secondsOf(one.every) * 1000,
      upToMs: upToSeconds * 1000,
    },
    session,
  )
  const { record } = one
  const recorded =
    record &&
    (await askKernel({ escalate: record, ...(one.why === undefined ? {} : { why: one.why }) }, step, runbook, session, {
      text: one.until.replace(/\s+/g, ' ').trim(),
      until: rounds.until,
      blind: rounds.blind,
      upToSeconds,
      lookSeconds: (window.intervalMs * window.count) / 1000,
    }))
  await rounds.until(settings.signal, settings.guide.progress)
  judgeAnswer(list(one.judge ?? []), step, runbook, session)
  const { outcome, because } = rounds.ended()
  return { outcome, because: recorded ? `${because}; ${record}: ${recorded.because ?? ''}` : because }
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
