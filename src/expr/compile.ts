// Expression text + scope → a typed expression that knows what it needs, or every mistake in it with its place.
import type { Environment } from '@marcbachmann/cel-js'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { CEL_TYPE, environment, TYPE_WORDS, unwrap, wrap } from './environment.ts'
import { tokens, type Token } from './names.ts'
import { resolve, type Reference } from './resolve.ts'
import { statisticOf } from './statistics.ts'
import type { Expression, Lookup, Problem, Result, Scope } from './types.ts'

const CALLS = new Set(['max', 'min', 'double', 'int', 'string', 'size'])
const METHODS = new Set(['contains', 'startsWith', 'endsWith', 'size'])

interface Variable {
  readonly name: string
  /** As the author wrote it. */
  readonly text: string
  readonly reference: Reference
  /** Asked only whether it is known. */
  readonly known: boolean
}

export interface Compiled {
  readonly expression?: Expression
  /** CEL type of the result, when it type-checks. */
  readonly problems: readonly Problem[]
}

/**
 * `trusted`: lint has accepted it before, as every built-in and every team file of a run. Only its names are resolved then; CEL
 * parses it when it is first evaluated, and most texts of most checks never are.
 */
export function compileExpression(text: string, scope: Scope, trusted = false): Compiled {
  const { source, variables, problems } = rewrite(text, scope)
  if (problems.some((p) => p.severity !== 'warning')) return { problems }
  if (trusted)
    return {
      expression: expressionOf(
        text,
        once(() => declared(variables).parse(source)),
        variables,
      ),
      problems,
    }
  let env: Environment
  try {
    env = declared(variables)
  } catch (error) {
    return {
      problems: [
        ...problems,
        {
          code: 'bad-name',
          message: (error as Error).message.split('\n')[0] ?? 'not a usable name',
          start: 0,
          end: text.length,
        },
      ],
    }
  }
  const check = env.check(source)
  if (!check.valid) return { problems: [...problems, typeProblem(check.error, text)] }
  if (scope.use !== 'template' && check.type !== 'bool')
    return {
      problems: [
        ...problems,
        {
          code: 'not-a-condition',
          message: `a condition must be yes or no; this is ${TYPE_WORDS[check.type ?? ''] ?? check.type}`,
          hint: 'compare it with a param',
          start: 0,
          end: text.length,
        },
      ],
    }
  return {
    expression: expressionOf(
      text,
      once(() => env.parse(source)),
      variables,
    ),
    problems,
  }
}

function declared(variables: readonly Variable[]): Environment {
  const env = environment()
  for (const variable of variables)
    env.registerVariable(variable.name, variable.known ? 'bool' : typeOf(variable.reference))
  return env
}

type Program = (values: Record<string, unknown>) => unknown

function once(make: () => Program): () => Program {
  let made: Program | undefined
  return () => (made ??= make())
}

/** Every name becomes a variable of exactly its length, so that CEL's positions are the author's. */
function rewrite(text: string, scope: Scope): { source: string; variables: Variable[]; problems: Problem[] } {
  const variables: Variable[] = []
  const problems: Problem[] = []
  let source = text
  const put = (token: Token, reference: Reference, known = false) => {
    const length = token.end - token.start
    const earlier = variables.find((v) => v.text === token.text && v.known === known)
    const name = earlier?.name ?? (length === 1 ? token.text : `v${variables.length.toString(36)}`)
    if (name.length > length)
      problems.push({
        code: 'too-long',
        message: 'too many names in one expression',
        start: token.start,
        end: token.end,
      })
    if (!earlier) variables.push({ name, text: token.text, reference, known })
    source = source.slice(0, token.start) + name.padEnd(length) + source.slice(token.end)
  }
  for (const token of tokens(text)) {
    if (token.kind === 'call' && !CALLS.has(token.text))
      problems.push({
        code: 'unknown-function',
        message: `no function ${token.text}`,
        hint: 'max, min and known are there',
        start: token.start,
        end: token.end,
      })
    else if (token.kind === 'method' && !METHODS.has(token.text))
      problems.push({
        code: 'unknown-function',
        message: `no method ${token.text}`,
        hint: `one of ${[...METHODS].join(', ')}`,
        start: token.start,
        end: token.end,
      })
    else if (token.kind === 'number' && naked(token, scope)) problems.push(nakedNumber(token))
    else if (token.kind === 'quantity' && token.quantity) {
      if (scope.use === 'status' || scope.use === 'where') problems.push(nakedNumber(token))
      put(token, { kind: 'param', name: token.text, dimension: token.quantity.dimension, value: token.quantity.value })
    } else if (token.kind === 'name' || token.kind === 'known') {
      const reference = resolve(
        token.kind === 'known' ? { ...token, text: withAnyStatistic(token.text, scope) } : token,
        scope,
      )
      if ('code' in reference) problems.push(reference)
      else put(token, reference, token.kind === 'known')
    }
  }
  return { source, variables, problems }
}

function withAnyStatistic(name: string, scope: Scope): string {
  const kind = scope.metrics.get(name)?.kind
  return kind === 'gauge' || kind === 'histogram' ? `${name}.last` : name
}

function naked(token: Token, scope: Scope): boolean {
  return (scope.use === 'status' || scope.use === 'where') && token.text !== '0' && token.text !== '1'
}

function nakedNumber(token: Token): Problem {
  return {
    code: 'naked-threshold',
    severity: 'warning',
    message: `the threshold ${token.text} has no name and no reason`,
    hint: 'move it under params with help and, if there is one, a source',
    start: token.start,
    end: token.end,
  }
}

function typeOf(reference: Reference): string {
  if (reference.kind === 'param') return CEL_TYPE[reference.dimension]
  if (reference.kind === 'metric') return CEL_TYPE[reference.metric.dimension]
  return reference.kind === 'status' ? 'bool' : 'string'
}

interface CelError {
  readonly message: string
  readonly code?: string
  readonly range?: { readonly start: number; readonly end: number }
}

function typeProblem(error: CelError | undefined, text: string): Problem {
  const first = error?.message.split('\n')[0] ?? 'not understood'
  const start = Math.min(error?.range?.start ?? 0, Math.max(0, text.length - 1))
  const cut = Math.max(start + 1, error?.range?.end ?? text.length)
  // A name is shorter in CEL's eyes than the author's (padded): the caret goes on to the name's end.
  const end = tokens(text).find((token) => token.start < cut && cut < token.end)?.end ?? cut
  if (error?.code !== 'no_such_overload') return { code: 'syntax', message: first, start, end }
  const binary = /no such overload: (\w+) (\S+) (\w+)/.exec(first)
  if (!binary)
    return { code: 'unit-mismatch', message: first.replace(/\b\w+\b/g, (w) => TYPE_WORDS[w] ?? w), start, end }
  const [, left = '', operator = '', right = ''] = binary
  return {
    code: 'unit-mismatch',
    message: `${TYPE_WORDS[left] ?? left} ${operator} ${TYPE_WORDS[right] ?? right} makes no sense`,
    hint:
      right === 'int' || right === 'double'
        ? 'give the number a unit: 80%, 10ms, 1GiB, 5/s'
        : 'compare things of the same unit',
    start,
    end,
  }
}

function expressionOf(text: string, program: () => Program, variables: readonly Variable[]): Expression {
  const needs = variables.flatMap(({ reference }) => (reference.kind === 'metric' ? [reference.metric.id] : []))
  const checks = variables.flatMap(({ reference }) => (reference.kind === 'status' ? [reference.check] : []))
  return {
    text,
    needs: [...new Set(needs)],
    checks: [...new Set(checks)],
    evaluate: (lookup) => evaluate(program, variables, lookup),
  }
}

/** Unknown names are left out; CEL's `&&` and `||` absorb them when the other side decides, else the whole is unknown. */
function evaluate(program: () => Program, variables: readonly Variable[], lookup: Lookup): Result {
  const values: Record<string, unknown> = {}
  let missing: Unavailable | undefined
  for (const variable of variables) {
    const value = valueOf(variable.reference, lookup)
    if (variable.known) values[variable.name] = !isUnavailable(value)
    else if (isUnavailable(value)) missing ??= value
    else values[variable.name] = value
  }
  try {
    const result = unwrap(program()(values))
    if (typeof result === 'object' && !isUnavailable(result) && Number.isNaN(result.value))
      return missing ?? unavailable('not understood', 'a division by zero')
    return result
  } catch (error) {
    return missing ?? unavailable('not understood', (error as Error).message.split('\n')[0] ?? 'the expression failed')
  }
}

function valueOf(reference: Reference, lookup: Lookup): unknown {
  if (reference.kind === 'param') return wrap(reference.value, reference.dimension)
  if (reference.kind === 'status') return statusValue(reference, lookup)
  if (reference.kind === 'answer')
    return lookup.answer?.(reference.name) ?? unavailable('not measured', `${reference.name} was not asked`)
  if (reference.kind === 'instance') return lookup.metric('instance') ?? ''
  const { metric } = reference
  const value = lookup.metric(metric.id)
  if (value === undefined) return unavailable('not measured', `${metric.id} was not measured`)
  if (isUnavailable(value)) return value
  if (typeof value === 'string')
    return metric.dimension === 'text' ? value : unavailable('not understood', `${metric.id} is not a number`)
  const number = typeof value === 'number' ? value : statisticOf(value, reference.statistic ?? 'last')
  if (number === undefined || Number.isNaN(number)) return unavailable('not measured', `${metric.id} has no samples`)
  return metric.dimension === 'text' ? String(number) : wrap(number, metric.dimension)
}

function statusValue(
  reference: { readonly check: string; readonly word: string },
  lookup: Lookup,
): boolean | Unavailable {
  const status = lookup.status?.(reference.check)
  if (status === undefined) return unavailable('not measured', `${reference.check} was not judged`)
  if (reference.word === 'firing') return status === 'warn' || status === 'critical'
  return status === reference.word
}
