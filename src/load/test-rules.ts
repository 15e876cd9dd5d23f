// The tests of a check → given metrics that do not exist or have another unit, and statuses that no test reaches.
import { hasValue } from '../expr/index.ts'
import type { Metric } from '../model/metric.ts'
import { didYouMean } from './did-you-mean.ts'
import { paramsOf } from './expressions.ts'
import type { Pointer } from './located.ts'
import { DOMAINS, isDomain, type Names } from './names.ts'
import { list, record, type Mistake } from './page.ts'
import { unitRules } from './unit-rules.ts'

export function* testRules(check: Readonly<Record<string, unknown>>, names: Names): Generator<Mistake> {
  yield* coverage(check)
  const params = paramsOf(check).good
  for (const [i, test] of list(check['tests']).entries()) {
    const at: Pointer = ['tests', i]
    for (const [name, value] of Object.entries(record(record(test)['given'])))
      yield* givenRules(name, value, [...at, 'given', name], names)
    for (const [name, value] of Object.entries(record(record(test)['params']))) {
      const param = params.get(name)
      if (!param) {
        if (!(name in record(check['params'])))
          yield {
            code: 'unknown-param',
            message: `the check has no param ${name}`,
            hint: didYouMean(name, params.keys()),
            at: [...at, 'params', name],
            part: 'key',
          }
      } else yield* unitRules(value, param.dimension, `the param ${name}`, [...at, 'params', name])
    }
  }
}

const STATUSES: ReadonlySet<unknown> = new Set(['ok', 'warn', 'critical', 'unknown'])

function* coverage(check: Readonly<Record<string, unknown>>): Generator<Mistake> {
  const tests = list(check['tests'])
  if (tests.length === 0) {
    yield {
      code: 'no-tests',
      severity: 'warning',
      message: 'the check has no tests',
      hint: 'add tests: with one given for each status, unknown included',
      at: ['tests'],
    }
    return
  }
  const status = record(check['status'])
  const reachable = [...(['critical', 'warn'] as const).filter((name) => name in status), 'ok', 'unknown']
  const expected = new Set(tests.map((test) => record(test)['expect']))
  const missing = reachable.filter((name) => !expected.has(name))
  const understood = tests.every((test) => STATUSES.has(record(test)['expect']))
  if (missing.length > 0 && understood)
    yield {
      code: 'untested-status',
      severity: 'warning',
      message: `no test expects ${missing.join(' or ')}`,
      hint: missing.includes('unknown') ? 'unknown: leave out a metric the condition reads' : 'add a test for it',
      at: ['tests'],
      part: 'key',
    }
}

function* givenRules(name: string, value: unknown, at: Pointer, names: Names): Generator<Mistake> {
  if (isDomain(name)) {
    yield* instanceRules(name, value, at, names)
    return
  }
  if (names.unclear.has(name)) return
  const metric = names.metrics.get(name)
  if (!metric)
    yield {
      code: 'unknown-metric',
      message: `no metric ${name}`,
      hint: didYouMean(name, [...names.metrics.keys(), ...DOMAINS], '`tracebook list metrics` shows all'),
      at,
      part: 'key',
    }
  else if (metric.per !== undefined)
    yield {
      code: 'test-instance',
      message: `${name} has one value per ${metric.per}`,
      hint: `write ${metric.per}: [{name: NAME, ${name}: …}]`,
      at,
      part: 'key',
    }
  else yield* valueRules(metric, value, at)
}

function* instanceRules(domain: string, value: unknown, at: Pointer, names: Names): Generator<Mistake> {
  if (!Array.isArray(value))
    yield {
      code: 'test-instance',
      message: `${domain} needs a list of instances`,
      hint: `write ${domain}: [{name: NAME, …}]`,
      at,
    }
  for (const [i, instance] of list(value).entries()) {
    const fields = record(instance)
    if (fields['name'] === undefined)
      yield {
        code: 'test-instance',
        message: 'an instance needs a name',
        hint: `write {name: NAME, …}`,
        at: [...at, i],
      }
    for (const [key, item] of Object.entries(fields)) {
      const metric = names.metrics.get(key)
      if (metric && metric.per !== domain)
        yield {
          code: 'test-instance',
          message: `${key} is not a metric of ${domain} instances`,
          hint: metric.per === undefined ? 'give it beside the instances' : `give it under ${metric.per}:`,
          at: [...at, i, key],
          part: 'key',
        }
      else if (metric) yield* valueRules(metric, item, [...at, i, key])
      // A name without a dot is a label: pid, comm, device.
      else if (key.includes('.'))
        yield {
          code: 'unknown-metric',
          message: `no metric ${key}`,
          hint: didYouMean(
            key,
            [...names.metrics.values()].filter((m) => m.per === domain).map((m) => m.id),
          ),
          at: [...at, i, key],
          part: 'key',
        }
    }
  }
}

function* valueRules(metric: Metric, value: unknown, at: Pointer): Generator<Mistake> {
  if (!hasValue(metric)) {
    yield {
      code: 'not-comparable',
      message: `${metric.id} is a list of ${metric.kind} that only a report shows: no check reads it`,
      hint: 'remove it',
      at,
      part: 'key',
    }
    return
  }
  if (metric.dimension === 'text') return
  if (Array.isArray(value) && metric.kind !== 'gauge' && metric.kind !== 'histogram') {
    yield {
      code: 'test-samples',
      message: `${metric.id} is a ${metric.kind}: it has one value, not samples`,
      hint: 'give one value',
      at,
    }
    return
  }
  const values = Array.isArray(value)
    ? list(value).map((item, i) => [item, [...at, i]] as const)
    : [[value, at] as const]
  for (const [item, place] of values) yield* unitRules(item, metric.dimension, metric.id, place)
}
