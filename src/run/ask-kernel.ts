// A step that asks the kernel something → the escalation in the report, and what the path says of it.
import type { CompiledRunbook, CompiledStep } from '../compile/flatten.ts'
import type { Waiting } from '../escalate/armed.ts'
import type { Escalation } from '../model/escalation.ts'
import type { PathEntry } from '../model/report.ts'
import type { Session } from './session.ts'

/** What became of a step; `path` entries are made of it. */
export interface Performed {
  readonly outcome: PathEntry['outcome']
  readonly because?: string
}

/** With `waiting` it is recorded into a ring until that happens. */
export async function askKernel(
  { escalate: metric, why }: { readonly escalate: string; readonly why?: string },
  step: CompiledStep,
  runbook: CompiledRunbook,
  session: Session,
  waiting?: Waiting,
): Promise<Performed> {
  const { settings } = session
  // What was to be recorded and was not can still be asked as it is now.
  const earlier = session.escalations.find((one) => one.metric === metric && (!one.armed || one.outcome === 'answered'))
  if (earlier && !waiting) return { ...outcomeOf(earlier), because: 'asked before' }
  // Before the module is loaded: most runs never ask.
  const { escalate: ask } = await import('../escalate/escalate.ts')
  const question = {
    metric,
    state: `${runbook.id}/${step.state}`,
    ...(why === undefined ? {} : { why }),
    ...(waiting ? { armed: waiting } : {}),
  }
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
  if (outcome !== 'answered')
    return { outcome: outcome === 'quiet' ? 'done' : outcome, because: `unknown: ${why?.reason ?? 'no answer'}` }
  const price = cost?.cpuShare === undefined ? '' : `, predicted ${cost.cpuShare} % of a CPU (${cost.overhead})`
  const others = tried.flatMap((one) => (one.why ? [`${one.backEnd}: ${one.why.reason}`] : []))
  return {
    outcome: 'done',
    because: `${backEnd ?? ''} answered${price}${others.length > 0 ? `; not ${others.join('; not ')}` : ''}`,
  }
}
