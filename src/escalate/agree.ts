// A probe above the policy's limit → what a person says to it, told on one screen; unattended, a refusal with its price.
import type { Consent, Cost } from '../model/escalation.ts'
import type { BackEnd, Plan, Probe } from '../model/probe.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { nameOf } from './formats.ts'
import { exceeds, type Policy } from './policy.ts'

export interface Agreeing {
  readonly policy: Policy
  /** A person: asked above the policy's limit. Absent: unattended, and then the limit is the limit. */
  readonly consent?: (consent: Consent) => Promise<'yes' | 'no' | 'quit'>
}

export interface Refusal {
  readonly why: Unavailable
  /** A person's no is for the question: no other instrument is offered for it. */
  readonly stop?: boolean
}

/** Above the policy's limit a person is asked, or it is refused; modules and the like are never taken without a person. */
export async function agree(
  { why: reason, armed }: { readonly why?: string; readonly armed?: { readonly text: string } },
  probe: Probe,
  backEnd: BackEnd,
  command: string,
  plan: Plan,
  cost: Cost,
  { policy, consent }: Agreeing,
): Promise<Refusal | undefined> {
  const above = exceeds(cost.overhead, policy.maxOverhead) || backEnd.consent === 'always'
  if (!above) return undefined
  const price =
    cost.cpuShare === undefined
      ? 'its cost cannot be predicted here'
      : `it would take about ${cost.cpuShare} % of a CPU (${cost.overhead})`
  if (!consent)
    return {
      why: unavailable(
        'not consented',
        backEnd.consent === 'always'
          ? `${backEnd.id} is never used without a person's consent`
          : `${price}; at most ${policy.maxOverhead} is allowed`,
        backEnd.consent === 'always'
          ? 'run it on a terminal, where a person can agree'
          : `--max-overhead ${cost.overhead}`,
      ),
    }
  const said = await consent({
    asks: probe.asks,
    ...(reason === undefined ? {} : { why: reason }),
    backEnd: backEnd.id,
    command,
    events: probe.counted === 'sample' ? ['a sample of each CPU, 99 times a second'] : backEnd.events.map(nameOf),
    seconds: plan.seconds,
    ...(armed === undefined ? {} : { until: armed.text }),
    cost,
    safety: safetyOf(backEnd),
  })
  return said === 'yes' ? undefined : { why: unavailable('not consented', 'the person said no'), stop: true }
}

function safetyOf({ instrument }: BackEnd): string {
  switch (instrument) {
    case 'ftrace':
      return 'It records into a private trace instance, which is removed afterwards; the tracing of others is not touched.'
    case 'systemtap':
      return 'It loads a kernel module for this time: a fault in it can stop the host.'
    case 'lttng':
      return 'It loads the kernel modules of LTTng and records into a private session, which is destroyed afterwards.'
    default:
      return 'It ends by itself, and the kernel takes its probes away with it, however it ends.'
  }
}
