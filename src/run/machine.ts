// Compiled runbook + session → an XState actor driven to its last state. Steps do their work in `perform`; everything else is a transition.
import { createActor, fromPromise, setup, toPromise } from 'xstate'
import { allSteps, type CompiledRunbook, type CompiledStep } from '../compile/flatten.ts'
import { describe, machineOf } from '../compile/machine.ts'
import { compileRunbook } from '../compile/flatten.ts'
import { isFiring } from '../model/finding.ts'
import type { PathEntry } from '../model/report.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { perform, type Performed } from './perform.ts'
import { lookupIn, type Session } from './session.ts'

/** Runs a runbook to its end and everything it follows. Settles when the run is stopped, too: the rest is passed through unmeasured. */
export async function drive(runbook: CompiledRunbook, session: Session): Promise<void> {
  const steps = new Map(allSteps(runbook.steps).map((step) => [step.state, step]))
  const step = (params: { readonly step: string }): CompiledStep => {
    const found = steps.get(params.step)
    if (!found) throw new Error(`no step ${params.step}`)
    return found
  }
  const started = new Map<string, number>()
  const machine = setup({
    actors: {
      perform: fromPromise<Performed, { step: string }>(({ input }) => {
        started.set(input.step, session.settings.host.now())
        return perform(step(input), runbook, session, (id) =>
          drive(compileRunbook(id, session.settings.library, session.settings.catalogue), session),
        )
      }),
    },
    guards: {
      unmet: (_, params: { step: string }) => step(params).when?.evaluate(lookupIn(session)) !== true,
      anyVerdict: () => session.conclusions.some((c) => c.state.startsWith(`${runbook.id}/`)),
    },
    actions: {
      skip: (_, params: { step: string }) =>
        log(session, runbook, step(params), { outcome: 'skipped', because: whyNot(step(params), session) }, 0),
      keep: ({ event }, params: { step: string }) =>
        log(session, runbook, step(params), (event as unknown as { output: Performed }).output, elapsed(params.step)),
      fail: ({ event }, params: { step: string }) => {
        const { error } = event as unknown as { error: unknown }
        session.failures.push(error instanceof Error ? error : new Error(String(error)))
        log(
          session,
          runbook,
          step(params),
          { outcome: 'interrupted', because: 'a fault of tracebook itself' },
          elapsed(params.step),
        )
      },
      conclude: (_, params: { step: string }) => conclude(step(params), runbook, session),
      assume: (_, params: { step: string }) => assume(step(params), runbook, session),
    },
  }).createMachine(machineOf(runbook) as never)
  function elapsed(name: string): number {
    return session.settings.host.now() - (started.get(name) ?? session.settings.host.now())
  }
  const actor = createActor(machine)
  const end = toPromise(actor)
  actor.start()
  await end
}

function log(session: Session, runbook: CompiledRunbook, step: CompiledStep, done: Performed, elapsedMs: number): void {
  const entry: PathEntry = {
    state: `${runbook.id}/${step.state}`,
    verb: step.verb,
    outcome: done.outcome,
    text: describe(step),
    ...(done.because === undefined ? {} : { because: done.because }),
    elapsedMs: Math.round(elapsedMs),
  }
  session.path.push(entry)
}

function whyNot(step: CompiledStep, session: Session): string {
  const result = step.when?.evaluate(lookupIn(session))
  return isUnavailable(result)
    ? `${step.when?.text ?? ''} is unknown: ${result.reason}`
    : `${step.when?.text ?? ''} does not hold`
}

function conclude(step: CompiledStep, runbook: CompiledRunbook, session: Session): void {
  if (!('conclude' in step.step)) return
  const { conclude: text, cause, blame, confidence, 'supported-by': more = [] } = step.step
  const support = [...new Set([...(step.when?.checks ?? []), ...more])]
    .flatMap((id) => session.findings.get(id) ?? [])
    .filter(isFiring)
  session.conclusions.push({
    text,
    state: `${runbook.id}/${step.state}`,
    support,
    ...(cause === undefined ? {} : { cause }),
    ...(blame === undefined ? {} : { blame }),
    ...(confidence === undefined ? {} : { cap: confidence }),
  })
  log(session, runbook, step, { outcome: 'done', because: step.when?.text ?? '' }, 0)
}

function assume(step: CompiledStep, runbook: CompiledRunbook, session: Session): void {
  if (!('assume' in step.step)) return
  for (const [check, status] of Object.entries(step.step.assume)) {
    const document = session.settings.library.checks.get(check)?.document
    session.findings.set(check, [
      {
        check,
        status,
        weight: document?.weight ?? 'alarm',
        text: `assumed: ${step.step.because}`,
        use: document?.use ?? 'none',
        evidence: [],
        culprits: [],
        assumed: step.step.because,
      },
    ])
  }
  log(session, runbook, step, { outcome: 'done', because: step.step.because }, 0)
}
