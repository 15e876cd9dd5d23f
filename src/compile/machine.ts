// Compiled runbook → the configuration of an XState v5 machine: pure JSON, one state per step, forward only.
import type { CompiledRunbook, CompiledStep } from './flatten.ts'

/** Plain data that `createMachine` accepts; guards, actions and the actor `perform` are given by run/. */
export interface MachineConfig {
  readonly id: string
  readonly initial: string
  readonly description?: string
  readonly states: Readonly<Record<string, StateConfig>>
  readonly options?: { readonly maxIterations: number }
}

interface Named {
  readonly type: string
  readonly params: { readonly step: string }
}
interface Transition {
  readonly target: string
  readonly guard?: Named
  readonly actions?: Named
}
export interface StateConfig {
  readonly type?: 'final'
  readonly description?: string
  readonly meta?: { readonly verb: string; readonly when?: string }
  readonly initial?: string
  readonly states?: Readonly<Record<string, StateConfig>>
  readonly always?: readonly Transition[]
  readonly invoke?: {
    readonly src: 'perform'
    readonly input: { readonly step: string }
    readonly onDone: Transition
    readonly onError: Transition
  }
  readonly onDone?: Transition
}

/** Names of the last states. No step may use them. */
export const CONCLUDED = 'concluded'
export const INCONCLUSIVE = 'inconclusive'
const GROUP_END = 'group-end'
const GROUP_START = 'group-start'

export function machineOf(runbook: CompiledRunbook): MachineConfig {
  const end = 'end'
  const first = runbook.steps[0]?.state ?? end
  return {
    id: runbook.id.replaceAll('/', '-'),
    description: runbook.goal,
    initial: first,
    states: {
      ...statesOf(runbook.steps, end),
      [end]: {
        always: [{ target: CONCLUDED, guard: { type: 'anyVerdict', params: { step: end } } }, { target: INCONCLUSIVE }],
      },
      [CONCLUDED]: { type: 'final' },
      [INCONCLUSIVE]: { type: 'final' },
    },
    // XState stops a machine that loops without an event; a long runbook of skipped steps is not a loop.
    options: { maxIterations: 10_000 },
  }
}

function statesOf(steps: readonly CompiledStep[], end: string): Record<string, StateConfig> {
  const states: Record<string, StateConfig> = {}
  steps.forEach((step, i) => (states[step.state] = stateOf(step, steps[i + 1]?.state ?? end)))
  return states
}

function stateOf(step: CompiledStep, next: string): StateConfig {
  const params = { step: step.state }
  const skip: Transition = { target: next, guard: { type: 'unmet', params }, actions: { type: 'skip', params } }
  const base = {
    description: describe(step),
    meta: { verb: step.verb, ...(step.when ? { when: step.when.text } : {}) },
  }
  if (step.verb === 'conclude' || step.verb === 'assume')
    return { ...base, always: [...(step.when ? [skip] : []), { target: next, actions: { type: step.verb, params } }] }
  const guard = step.when ? { always: [skip] } : {}
  if (step.verb === 'group') {
    const first = step.steps[0]?.state ?? GROUP_END
    // A transition of a step inside comes before one of the group around it: a condition of the group's own would be asked too late.
    const door: StateConfig = {
      always: [
        { target: GROUP_END, guard: { type: 'unmet', params }, actions: { type: 'skip', params } },
        { target: first },
      ],
    }
    return {
      ...base,
      initial: step.when ? GROUP_START : first,
      states: {
        ...(step.when ? { [GROUP_START]: door } : {}),
        ...statesOf(step.steps, GROUP_END),
        [GROUP_END]: { type: 'final' },
      },
      onDone: { target: next },
    }
  }
  return {
    ...base,
    ...guard,
    invoke: {
      src: 'perform',
      input: { step: step.state },
      onDone: { target: next, actions: { type: 'keep', params } },
      onError: { target: next, actions: { type: 'fail', params } },
    },
  }
}

/** One line for a graph. */
export function describe({ step }: CompiledStep): string {
  if ('check' in step) return `check ${(typeof step.check === 'string' ? [step.check] : step.check).join(', ')}`
  if ('escalate' in step) return `escalate ${step.escalate}`
  if ('ask' in step) return `ask: ${step.ask}`
  if ('follow' in step) return `follow ${step.follow}`
  if ('assume' in step)
    return `assume ${Object.entries(step.assume)
      .map(([id, status]) => `${id} ${status}`)
      .join(', ')}`
  if ('wait' in step) return `wait until ${step.until}${step.record === undefined ? '' : `, recording ${step.record}`}`
  if ('group' in step) return step.group
  return step.conclude
}
