// Runbook document → compiled steps: a state name for each, expressions compiled, adjacent unguarded checks joined into one window.
import { compileExpression, type Expression, type Scope } from '../expr/index.ts'
import type { Library } from '../load/library.ts'
import type { Metric } from '../model/metric.ts'
import type { CheckStep, Step, Verb } from '../model/runbook.ts'
import { VERBS } from '../model/runbook.ts'

export interface CompiledStep {
  /** State name: the step's id, or verb and number. */
  readonly state: string
  readonly verb: Verb
  readonly step: Step
  readonly when?: Expression
  readonly until?: Expression
  /** Check ids this step judges. */
  readonly checks: readonly string[]
  /** First of a run of adjacent unguarded check steps: the check ids of all of them, measured in one window. */
  readonly window: readonly string[]
  readonly steps: readonly CompiledStep[]
}

export interface CompiledRunbook {
  readonly id: string
  readonly title: string
  readonly goal: string
  readonly steps: readonly CompiledStep[]
}

/** Throws on a runbook that lint would have refused. */
export function compileRunbook(
  id: string,
  library: Pick<Library, 'checks' | 'runbooks'>,
  catalogue: ReadonlyMap<string, Metric>,
): CompiledRunbook {
  const loaded = library.runbooks.get(id)
  if (!loaded) throw new Error(`no runbook ${id}`)
  const scope: Scope = {
    use: 'when',
    metrics: catalogue,
    checks: new Set(library.checks.keys()),
    answers: answersOf(loaded.document.steps),
  }
  const counters = new Map<Verb, number>()
  return {
    id,
    title: loaded.document.runbook,
    goal: loaded.document.goal,
    steps: compileSteps(loaded.document.steps, scope, counters),
  }
}

function compileSteps(steps: readonly Step[], scope: Scope, counters: Map<Verb, number>): CompiledStep[] {
  const compiled = steps.map((step) => compileStep(step, scope, counters))
  return compiled.map((one, i) => ({ ...one, window: opensWindow(compiled, i) ? windowFrom(compiled, i) : [] }))
}

function compileStep(step: Step, scope: Scope, counters: Map<Verb, number>): CompiledStep {
  const verb = verbOf(step)
  const number = (counters.get(verb) ?? 0) + 1
  counters.set(verb, number)
  const when = condition(step.when, scope)
  const until = 'until' in step ? condition(step.until, scope) : undefined
  return {
    state: step.id ?? `${verb}-${number}`,
    verb,
    step,
    ...(when ? { when } : {}),
    ...(until ? { until } : {}),
    checks: checksOf(step),
    window: [],
    steps: 'steps' in step ? compileSteps(step.steps, scope, counters) : [],
  }
}

function checksOf(step: Step): readonly string[] {
  if ('check' in step) return list(step.check)
  if ('wait' in step) return [...list(step.wait), ...list(step.judge ?? [])]
  return 'escalate' in step ? list(step.judge ?? []) : []
}

export function verbOf(step: Step): Verb {
  const verb = VERBS.find((v) => v in step)
  if (!verb) throw new Error('a step without a verb')
  return verb
}

function condition(text: string | undefined, scope: Scope): Expression | undefined {
  if (text === undefined) return undefined
  const { expression, problems } = compileExpression(text, scope, true)
  if (!expression) throw new Error(`${text}: ${problems[0]?.message ?? 'not understood'}`)
  return expression
}

export function list(value: CheckStep['check']): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function opensWindow(steps: readonly CompiledStep[], i: number): boolean {
  return steps[i]?.verb === 'check' && !joins(steps, i)
}

/** A check step joins the window of the one before it when nothing in between could have depended on the answer. */
function joins(steps: readonly CompiledStep[], i: number): boolean {
  const one = steps[i]
  const before = steps[i - 1]
  return one?.verb === 'check' && one.when === undefined && before?.verb === 'check' && before.when === undefined
}

function windowFrom(steps: readonly CompiledStep[], i: number): readonly string[] {
  const ids = [...(steps[i]?.checks ?? [])]
  for (let j = i + 1; j < steps.length && joins(steps, j); j++) ids.push(...(steps[j]?.checks ?? []))
  return [...new Set(ids)]
}

function answersOf(steps: readonly Step[]): Map<string, readonly string[]> {
  const answers = new Map<string, readonly string[]>()
  for (const step of steps) {
    if ('ask' in step) answers.set(step.as, Object.keys(step.choices))
    if ('steps' in step) for (const [name, choices] of answersOf(step.steps)) answers.set(name, choices)
  }
  return answers
}

/** Every step, groups opened, in order. */
export function allSteps(steps: readonly CompiledStep[]): CompiledStep[] {
  return steps.flatMap((step) => [step, ...allSteps(step.steps)])
}
