// Every condition and template of a document → compiled, or its mistakes at their place in the file.
import { compileExpression, compileTemplate, type Expression, type Problem, type Scope } from '../expr/index.ts'
import type { Domain } from '../model/metric.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'
import type { Pointer } from './located.ts'
import { isDomain, type Names } from './names.ts'
import { record, text, texts, type Mistake } from './page.ts'

export interface Compiled {
  readonly expression?: Expression
  readonly mistakes: readonly Mistake[]
}

/** Params of a check with a usable default; the others are told of once, where they are declared. */
export function paramsOf(check: unknown): { readonly good: ReadonlyMap<string, Quantity>; readonly bad: ReadonlySet<string> } {
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
  const condition = (value: unknown, at: Pointer, use: 'status' | 'where') => (typeof value === 'string' && value.trim() !== '' ? [{ at, text: value, use }] : [])
  return {
    conditions: [...condition(status['critical'], ['status', 'critical'], 'status'), ...condition(status['warn'], ['status', 'warn'], 'status'), ...condition(data['where'], ['where'], 'where')],
    templates: (['finding', 'advice'] as const).flatMap((name) => texts(data[name], [name]).map(([text, at]) => ({ at, text }))),
  }
}

export function checkExpressionMistakes(check: unknown, names: Names): readonly Mistake[] {
  const { good, bad } = paramsOf(check)
  const each = eachOf(check)
  const scope = { metrics: names.metrics, params: good, ...(each === undefined ? {} : { each }) }
  const { conditions, templates } = partsOf(check)
  const known = ({ text }: { text: string }, problem: Problem) => !bad.has(text.slice(problem.start, problem.end))
  return [
    ...conditions.flatMap((part) => compileExpression(part.text, { ...scope, use: part.use }).problems.filter((p) => known(part, p)).map((p) => mistakeAt(p, part.at))),
    ...templates.flatMap((part) => templateMistakes(part.text, part.at, { ...scope, use: 'template' }, (p) => known(part, p))),
  ]
}

export function templateMistakes(text: string, at: Pointer, scope: Scope, keep: (problem: Problem) => boolean = () => true): readonly Mistake[] {
  return text.includes('${') ? compileTemplate(text, scope).problems.filter(keep).map((p) => mistakeAt(p, at)) : []
}

/** Conditions of a runbook repeat: each text is compiled once per set of answers. */
export function whenCompiler(names: Names): (text: string, at: Pointer, answers: ReadonlyMap<string, readonly string[]>) => Compiled {
  const checks = new Set(names.checks.keys())
  const cache = new Map<string, ReturnType<typeof compileExpression>>()
  return (text, at, answers) => {
    const key = `${[...answers.keys()].join(' ')}\n${text}`
    const compiled = cache.get(key) ?? compileExpression(text, { use: 'when', metrics: names.metrics, checks, answers })
    cache.set(key, compiled)
    const mistakes = compiled.problems.map((p) => mistakeAt(p, at))
    return compiled.expression ? { expression: compiled.expression, mistakes } : { mistakes }
  }
}

function mistakeAt({ start, end, ...problem }: Problem, at: Pointer): Mistake {
  return { ...problem, at, span: [start, end] }
}
