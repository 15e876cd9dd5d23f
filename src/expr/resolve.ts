// A name in an expression → what it stands for in this scope, or the mistake in it with the nearest right name.
import { STATISTICS, type Metric, type Statistic } from '../model/metric.ts'
import type { Dimension } from '../model/unit.ts'
import type { Problem, Scope } from './types.ts'
import type { Token } from './names.ts'
import { nearest } from './nearest.ts'

export const STATUS_WORDS = ['ok', 'firing', 'warn', 'critical', 'unknown'] as const
export type StatusWord = (typeof STATUS_WORDS)[number]

export type Reference =
  | { readonly kind: 'param'; readonly name: string; readonly dimension: Dimension; readonly value: number }
  | { readonly kind: 'metric'; readonly metric: Metric; readonly statistic?: Statistic }
  | { readonly kind: 'status'; readonly check: string; readonly word: StatusWord }
  | { readonly kind: 'answer'; readonly name: string }
  | { readonly kind: 'instance' }

export function resolve(token: Token, scope: Scope): Reference | Problem {
  const name = token.text
  const param = scope.params?.get(name)
  if (param) return { kind: 'param', name, dimension: param.dimension, value: param.value }
  if (name === 'instance' && scope.each) return { kind: 'instance' }
  if (scope.use === 'when') {
    const other = statusOrAnswer(token, scope)
    if (other) return other
  }
  const metric = metricOf(name, scope)
  if (!metric) return unknownName(token, scope)
  return withStatistic(token, metric, scope)
}

function metricOf(name: string, scope: Scope): Metric | undefined {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const metric = scope.metrics.get(name.slice(0, end))
    if (metric) return metric
  }
  return undefined
}

function withStatistic(token: Token, metric: Metric, scope: Scope): Reference | Problem {
  if (metric.per !== undefined && metric.per !== scope.each)
    return problem(
      token,
      'instance-metric',
      `${metric.id} has one value per ${metric.per}`,
      scope.each
        ? `this check is each: ${scope.each}; it can only read metrics of that`
        : `add \`each: ${metric.per}\` to the check`,
    )
  if (!hasValue(metric)) return onlyShown(token, metric, scope)
  const rest = token.text.slice(metric.id.length + 1)
  if (metric.kind !== 'gauge' && metric.kind !== 'histogram') {
    if (rest === '') return { kind: 'metric', metric }
    return problem(
      token,
      'no-statistic',
      `${metric.id} is a ${metric.kind}: it has one value, not .${rest}`,
      `write ${metric.id}`,
    )
  }
  const list = STATISTICS.map((s) => `.${s}`).join(', ')
  if (rest === '')
    return problem(
      token,
      'statistic-missing',
      `${metric.id} is sampled several times: say which value is meant`,
      `one of ${list}; .median is the usual one: it ignores a single spike`,
    )
  const found = STATISTICS.find((s) => s === rest)
  if (!found)
    return problem(
      token,
      'unknown-statistic',
      `${metric.id} has no .${rest}`,
      suggestion(nearest(rest, STATISTICS), `one of ${list}`),
    )
  return { kind: 'metric', metric, statistic: found }
}

/** Stacks and events are shown: to a condition they would be unknown for ever. */
export function hasValue({ kind }: Metric): boolean {
  return kind !== 'stacks' && kind !== 'events'
}

function onlyShown(token: Token, { id, kind }: Metric, scope: Scope): Problem {
  // What else is told of the same thing: tcp.accepts, tcp.accept_wait; block.latency_by, block.latency.
  const stem = id.replace(/(?:_by|s)$/, '')
  const alike = [...scope.metrics.values()].filter(
    (metric) =>
      metric.id.startsWith(stem) && hasValue(metric) && (metric.per === undefined || metric.per === scope.each),
  )
  const one = alike.find((metric) => metric.kind === 'histogram') ?? alike[0]
  const sampled = one && (one.kind === 'histogram' ? '.p99' : one.kind === 'gauge' ? '.median' : '')
  return problem(
    token,
    'not-comparable',
    `${id} is a list of ${kind}: a report shows it, it has no value to compare`,
    suggestion(
      one && `${one.id}${sampled ?? ''}`,
      `escalate: ${id} asks for it; compare what has a value: \`tracebook list metrics\``,
    ),
  )
}

function statusOrAnswer(token: Token, scope: Scope): Reference | Problem | undefined {
  const name = token.text
  const dot = name.lastIndexOf('.')
  const owner = name.slice(0, dot)
  const word = STATUS_WORDS.find((w) => w === name.slice(dot + 1))
  if (word && scope.checks?.has(owner)) return { kind: 'status', check: owner, word }
  if (scope.checks?.has(name))
    return problem(
      token,
      'status-missing',
      `${name} is a check: say which status is meant`,
      `${name}.firing, .ok, .warn, .critical or .unknown`,
    )
  if (owner === 'answer') {
    if (scope.answers?.has(name.slice(dot + 1))) return { kind: 'answer', name: name.slice(dot + 1) }
    return problem(
      token,
      'unknown-answer',
      `no earlier step asks for ${name}`,
      suggestion(nearest(name.slice(dot + 1), [...(scope.answers?.keys() ?? [])])),
    )
  }
  if (scope.checks?.has(owner) && !scope.metrics.has(owner))
    return problem(
      token,
      'unknown-status',
      `a check has no .${name.slice(dot + 1)}`,
      `one of ${STATUS_WORDS.map((w) => `.${w}`).join(', ')}`,
    )
  if (word && !metricOf(name, scope))
    return problem(token, 'unknown-check', `no check ${owner}`, suggestion(nearest(owner, [...(scope.checks ?? [])])))
  return undefined
}

function unknownName(token: Token, scope: Scope): Problem {
  const names = [
    ...(scope.params?.keys() ?? []),
    ...scope.metrics.keys(),
    ...(scope.use === 'when' ? (scope.checks ?? []) : []),
  ]
  const dot = token.text.lastIndexOf('.')
  const last = token.text.slice(dot + 1)
  const statistic = STATISTICS.some((s) => s === last)
  const near = nearest(statistic ? token.text.slice(0, dot) : token.text, names)
  return problem(
    token,
    'unknown-name',
    `nothing is called ${token.text}`,
    suggestion(near && statistic ? `${near}.${last}` : near, '`tracebook list metrics` shows all metrics'),
  )
}

function suggestion(near: string | undefined, otherwise?: string): string | undefined {
  return near ? `did you mean ${near}?` : otherwise
}

function problem(token: Token, code: string, message: string, hint?: string): Problem {
  return { code, message, start: token.start, end: token.end, ...(hint === undefined ? {} : { hint }) }
}
