// Every condition and template of a document → compiled, or its mistakes at their place in the file.
import { compileExpression, compileTemplate, type Expression, type Problem, type Scope } from '../expr/index.ts'
import type { Domain } from '../model/metric.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'
import type { Pointer } from './located.ts'
import { isDomain, type Names } from './names.ts'
import { record, text, texts, type Mistake } from './page.ts'

/** Reading an expression costs more than its length; and no person reads a longer one either. */
export const LONGEST = 2000

export interface Compiled {
  readonly expression?: Expression
  readonly mistakes: readonly Mistake[]
}

/** Params of a check with a usable default; the others are told of once, where they are declared. */
export function paramsOf(check: unknown): {
  readonly good: ReadonlyMap<string, Quantity>
  readonly bad: ReadonlySet<string>
} {
  const good = new Map<string, Quantity>()
  const bad = new Set<string>()
  for (const [name, param] of Object.entries(record(record(check)['params']))) {
    const quantity = quantityOf(record(param)['default'])
    if (quantity) good.set(name, quantity)
    else bad.add(name)
  }
  return { good, bad }
}

/** A YAML scalar → a quantity: `80%`, `3`. */
export function quantityOf(value: unknown): Quantity | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined
}

export function eachOf(check: unknown): Domain | undefined {
  const each = text(record(check)['each'])
  return each !== undefined && isDomain(each) ? each : undefined
}

export interface CheckParts {
  readonly conditions: readonly { readonly at: Pointer; readonly text: string; readonly use: 'status' | 'where' }[]
  readonly templates: readonly { readonly at: Pointer; readonly text: string }[]
}

export function partsOf(check: unknown): CheckParts {
  const data = record(check)
  const status = record(data['status'])
  const condition = (value: unknown, at: Pointer, use: 'status' | 'where') =>
    typeof value === 'string' && value.trim() !== '' ? [{ at, text: value, use }] : []
  return {
    conditions: [
      ...condition(status['critical'], ['status', 'critical'], 'status'),
      ...condition(status['warn'], ['status', 'warn'], 'status'),
      ...condition(data['where'], ['where'], 'where'),
    ],
    templates: (['finding', 'advice'] as const).flatMap((name) =>
      texts(data[name], [name]).map(([text, at]) => ({ at, text })),
    ),
  }
}

export function checkExpressionMistakes(check: unknown, names: Names): readonly Mistake[] {
  const { bad } = paramsOf(check)
  const { conditions, templates } = partsOf(check)
  const scope = scopeOf(check, names)
  const known = ({ text }: { text: string }, problem: Problem) =>
    !bad.has(text.slice(problem.start, problem.end)) && !isUnclear(text, problem, names)
  return [
    ...conditions.flatMap(
      (part) => compile(part.text, part.at, { ...scope, use: part.use }, (p) => known(part, p)).mistakes,
    ),
    ...templates.flatMap((part) =>
      templateMistakes(part.text, part.at, { ...scope, use: 'template' }, (p) => known(part, p)),
    ),
  ]
}

/** Metrics the conditions of a check read. */
export function needsOf(check: unknown, names: Names): readonly string[] {
  const scope = scopeOf(check, names)
  return partsOf(check).conditions.flatMap(
    ({ text, at, use }) => compile(text, at, { ...scope, use }).expression?.needs ?? [],
  )
}

/** A metric that is declared, but not in a way that says what it is. */
function isUnclear(text: string, { start, end }: Problem, { unclear }: Names): boolean {
  if (unclear.size === 0) return false
  const name = text.slice(start, end)
  return [...unclear].some((id) => name === id || name.startsWith(`${id}.`))
}

function scopeOf(check: unknown, names: Names): Omit<Scope, 'use'> {
  const each = eachOf(check)
  return { metrics: names.metrics, params: paramsOf(check).good, ...(each === undefined ? {} : { each }) }
}

export function templateMistakes(
  text: string,
  at: Pointer,
  scope: Scope,
  keep: (problem: Problem) => boolean = () => true,
): readonly Mistake[] {
  if (!text.includes('${')) return []
  if (text.length > LONGEST) return [tooLong(text, at)]
  return compileTemplate(text, scope)
    .problems.filter(keep)
    .map((p) => mistakeAt(p, at))
}

/** Conditions of a runbook repeat: each text is compiled once per set of answers. */
export function whenCompiler(
  names: Names,
): (text: string, at: Pointer, answers: ReadonlyMap<string, readonly string[]>) => Compiled {
  const checks = new Set(names.checks.keys())
  const cache = new Map<string, Compiled>()
  return (text, at, answers) => {
    const key = `${[...answers.keys()].join(' ')}\n${text}`
    const compiled =
      cache.get(key) ??
      compile(text, at, { use: 'when', metrics: names.metrics, checks, answers }, (p) => !isUnclear(text, p, names))
    cache.set(key, compiled)
    return { ...compiled, mistakes: compiled.mistakes.map((mistake) => ({ ...mistake, at })) }
  }
}

function compile(text: string, at: Pointer, scope: Scope, keep: (problem: Problem) => boolean = () => true): Compiled {
  if (text.length > LONGEST) return { mistakes: [tooLong(text, at)] }
  const { expression, problems } = compileExpression(text, scope)
  const mistakes = problems.filter(keep).map((p) => mistakeAt(p, at))
  return expression ? { expression, mistakes } : { mistakes }
}

function tooLong(text: string, at: Pointer): Mistake {
  return {
    code: 'expression-too-long',
    message: `${text.length} characters; at most ${LONGEST} are read`,
    hint: 'split it over several steps or checks',
    at,
  }
}

function mistakeAt({ start, end, ...problem }: Problem, at: Pointer): Mistake {
  return { ...problem, at, span: [start, end] }
}
