// Steps in the order they run → names nobody knows, statuses read before they exist, steps that are never taken.
import type { Expression } from '../expr/index.ts'
import type { Status } from '../model/check.ts'
import { conditionRules } from './condition-rules.ts'
import { didYouMean } from './did-you-mean.ts'
import { stepsOf, type Placed } from './extend.ts'
import { whenCompiler } from './expressions.ts'
import type { Names } from './names.ts'
import { lineOfPart, list, record, text, texts, type Mistake, type Page } from './page.ts'
import { STATUSES } from './reach.ts'
import { verbOf } from './schema.ts'
import { verbRules } from './verb-rules.ts'

/** What is known when a step is reached. Grows as the walk goes on: steps go forward only. */
export interface Walk {
  readonly page: Page
  readonly names: Names
  readonly compile: ReturnType<typeof whenCompiler>
  /** Checks that have a status here, and the statuses a step assumes for them. */
  readonly produced: Set<string>
  readonly assumed: Map<string, Status[]>
  /** Check → line of the first step that gives it a status. */
  readonly producers: ReadonlyMap<string, number>
  readonly answers: Map<string, readonly string[]>
  readonly escalated: Set<string>
  readonly ids: Map<string, number>
  /** A step above is not understood, or names something unknown: more may have a status than is seen. */
  unsure: boolean
}

export function* stepRules(
  page: Page,
  steps: readonly Placed[],
  names: Names,
  unknownBase: boolean,
): Generator<Mistake> {
  const walk: Walk = {
    page,
    names,
    compile: whenCompiler(names),
    produced: new Set(),
    assumed: new Map(),
    producers: producersOf(page, steps),
    answers: new Map(),
    escalated: new Set(),
    ids: new Map(),
    unsure: unknownBase,
  }
  yield* walkSteps(walk, steps, [])
}

function* walkSteps(walk: Walk, steps: readonly Placed[], guards: readonly Expression[]): Generator<Mistake> {
  for (const placed of steps) {
    const found: Mistake[] = [...idRules(walk, placed)]
    const conditions = conditionRules(walk, placed, guards)
    found.push(...conditions.mistakes, ...verbRules(walk, placed))
    produce(walk, placed.step)
    walk.unsure ||=
      verbOf(placed.step) === undefined ||
      found.some(({ code }) => code === 'unknown-check' || code === 'unknown-runbook')
    // Mistakes of the runbook that is extended are told in its own file.
    if (placed.at) yield* found
    if (placed.step['group'] !== undefined)
      yield* walkSteps(walk, innerSteps(placed), conditions.when ? [...guards, conditions.when] : guards)
  }
}

function innerSteps({ step, at }: Placed): Placed[] {
  return list(step['steps']).map((inner, i) => ({ step: record(inner), ...(at ? { at: [...at, 'steps', i] } : {}) }))
}

function* idRules({ page, ids }: Walk, { step, at }: Placed): Generator<Mistake> {
  const id = text(step['id'])
  if (id === undefined) return
  const earlier = ids.get(id)
  if (earlier !== undefined && at)
    yield {
      code: 'duplicate-id',
      message:
        earlier === 0
          ? `the extended runbook already has a step ${id}`
          : `the step in line ${earlier} already has the id ${id}`,
      hint: 'give it another',
      at: [...at, 'id'],
    }
  else ids.set(id, at ? lineOfPart(page, [...at, 'id']) : 0)
}

function produce(walk: Walk, step: Readonly<Record<string, unknown>>): void {
  for (const id of producedBy(step, walk.names)) walk.produced.add(id)
  for (const [id, value] of Object.entries(record(step['assume'])))
    walk.assumed.set(id, [...(walk.assumed.get(id) ?? []), ...STATUSES.filter((status) => status === value)])
  const answer = text(step['as'])
  if (answer !== undefined) walk.answers.set(answer, Object.keys(record(step['choices'])))
  for (const metric of [text(step['escalate']), text(step['record'])])
    if (metric !== undefined) walk.escalated.add(metric)
}

/** The check ids a step itself judges, whatever its verb. */
function judgedBy(step: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return ['check', 'wait', 'judge'].flatMap((key) => texts(step[key], []))
}

/** Checks that have a status behind this step; not those inside a group, which is walked on its own. */
function producedBy(step: Readonly<Record<string, unknown>>, names: Names): string[] {
  const ids = judgedBy(step).map(([id]) => id)
  const follow = text(step['follow'])
  return [
    ...ids,
    ...Object.keys(record(step['assume'])),
    ...(follow === undefined ? [] : producedIn(follow, names, new Set())),
  ]
}

function producedIn(runbook: string, names: Names, seen: Set<string>): string[] {
  if (seen.has(runbook)) return []
  seen.add(runbook)
  const inSteps = (steps: readonly Readonly<Record<string, unknown>>[]): string[] =>
    steps.flatMap((step) => {
      const follow = text(step['follow'])
      const own = follow === undefined ? producedBy(step, names) : producedIn(follow, names, seen)
      return [...own, ...inSteps(list(step['steps']).map(record))]
    })
  return inSteps(stepsOf(runbook, names.runbooks).map(({ step }) => step))
}

function producersOf(page: Page, steps: readonly Placed[]): Map<string, number> {
  const lines = new Map<string, number>()
  const visit = (placed: Placed) => {
    for (const [id] of judgedBy(placed.step))
      if (!lines.has(id) && placed.at) lines.set(id, lineOfPart(page, placed.at))
    innerSteps(placed).forEach(visit)
  }
  steps.forEach(visit)
  return lines
}

export function unknownCheck(
  id: string,
  names: Names,
  at: Mistake['at'],
  part: Mistake['part'] = 'value',
): readonly Mistake[] {
  if (names.checks.has(id)) return []
  return [
    {
      code: 'unknown-check',
      message: `no check ${id}`,
      hint: didYouMean(id, names.checks.keys(), '`tracebook list` shows all checks'),
      at,
      part,
    },
  ]
}
