// `when:` and `until:` of a step → statuses read before they exist, answers never offered, conditions that always or never hold.
import type { Expression } from '../expr/index.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Placed } from './extend.ts'
import type { Pointer } from './located.ts'
import { text, texts, type Mistake } from './page.ts'
import { holdsWhenUnknown, reachable, statusesOf, type Outcomes } from './reach.ts'
import type { Walk } from './step-rules.ts'

export interface Conditions {
  readonly when?: Expression
  readonly mistakes: readonly Mistake[]
}

export function conditionRules(walk: Walk, { step, at = [] }: Placed, guards: readonly Expression[]): Conditions {
  const mistakes: Mistake[] = []
  const when = conditionOf(walk, step['when'], [...at, 'when'], walk.produced, mistakes)
  const until = conditionOf(
    walk,
    step['until'],
    [...at, 'until'],
    new Set([...walk.produced, ...texts(step['wait'], []).map(([id]) => id)]),
    mistakes,
  )
  if (when) mistakes.push(...constantRules(walk, when, guards, step, [...at, 'when']))
  if (until && !reachable([until], outcomesOf(walk)))
    mistakes.push({
      code: 'unreachable-step',
      message: 'this is never true: the wait always lasts to its end',
      hint: impossible(walk, until),
      at: [...at, 'until'],
    })
  return when ? { when, mistakes } : { mistakes }
}

function conditionOf(
  walk: Walk,
  value: unknown,
  at: Pointer,
  produced: ReadonlySet<string>,
  mistakes: Mistake[],
): Expression | undefined {
  const words = text(value)
  if (words === undefined || words.trim() === '') return undefined
  const { expression, mistakes: found } = walk.compile(words, at, walk.answers)
  mistakes.push(...found, ...choiceRules(walk, words, at))
  if (!expression) return undefined
  const early = expression.checks.filter((id) => !produced.has(id))
  // Behind a step that is not understood nobody knows what has been checked.
  mistakes.push(
    ...early.filter((id) => !walk.unsure || walk.producers.has(id)).map((id) => tooEarly(walk, id, words, at)),
  )
  return early.length === 0 ? expression : undefined
}

function tooEarly({ producers }: Walk, id: string, words: string, at: Pointer): Mistake {
  const line = producers.get(id)
  const start = words.search(new RegExp(`(?<![\\w.])${id.replaceAll('.', '\\.')}\\.`))
  const message =
    line === undefined
      ? `no step above gives ${id} a status`
      : `${id} has no status yet: its check step is in line ${line}`
  return {
    code: 'status-before-check',
    message,
    hint: line === undefined ? `add check: ${id} above` : 'move that step up',
    at,
    span: [Math.max(0, start), Math.max(0, start) + id.length],
  }
}

function* choiceRules({ answers }: Walk, words: string, at: Pointer): Generator<Mistake> {
  for (const match of words.matchAll(/\banswer\.(\w+)\s*[=!]=\s*(["'])(.*?)\2/g)) {
    const choices = answers.get(match[1] ?? '')
    const choice = match[3] ?? ''
    const start = match.index + match[0].length - choice.length - 1
    if (choices && !choices.includes(choice))
      yield {
        code: 'unknown-choice',
        message: `${choice} is not a choice of ${match[1]}`,
        hint: didYouMean(choice, choices),
        at,
        span: [start, start + choice.length],
      }
  }
}

function* constantRules(
  walk: Walk,
  when: Expression,
  guards: readonly Expression[],
  step: Placed['step'],
  at: Pointer,
): Generator<Mistake> {
  const outcomes = outcomesOf(walk)
  if (!reachable([...guards, when], outcomes)) {
    yield {
      code: 'unreachable-step',
      message: 'this step is never taken: nothing makes its condition true',
      hint:
        impossible(walk, when) ??
        (guards.length > 0 ? 'it contradicts itself or the `when` of its group' : 'it contradicts itself'),
      at,
    }
    return
  }
  const concludes = step['conclude'] !== undefined
  const reads = when.checks.length + when.needs.length > 0 || /\banswer\./.test(when.text)
  if (!reads)
    yield {
      code: 'constant-condition',
      message: concludes ? 'a conclusion needs evidence: this condition reads nothing' : 'this condition reads nothing',
      hint: concludes ? 'name the statuses it follows from' : 'remove it',
      at,
    }
  else if (concludes && when.checks.length > 0 && !/\.unknown\b/.test(when.text) && holdsWhenUnknown(when))
    yield {
      code: 'concludes-on-unknown',
      severity: 'warning',
      message: 'this holds even when nothing could be measured',
      hint: 'write .ok instead of !….firing: unknown is not ok',
      at,
    }
}

function outcomesOf({ names, assumed, answers }: Walk): Outcomes {
  return { status: (id) => [...new Set([...statusesOf(names.checks.get(id)), ...(assumed.get(id) ?? [])])], answers }
}

/** `cpu.busy.critical` when cpu.busy has only a warn. */
function impossible(walk: Walk, condition: Expression): string | undefined {
  const { status } = outcomesOf(walk)
  for (const id of condition.checks)
    for (const word of ['critical', 'warn'] as const)
      if (condition.text.includes(`${id}.${word}`) && !status(id).includes(word))
        return `${id} is never ${word}: it can be ${status(id).join(', ')}`
  return undefined
}
