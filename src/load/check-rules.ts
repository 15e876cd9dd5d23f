// A check → what is wrong with what it says: names, units, culprits, params nobody reads, statuses nobody tests.
import { CEL_WORDS } from './cel-words.ts'
import { didYouMean } from './did-you-mean.ts'
import { checkExpressionMistakes, eachOf, LONGEST, partsOf, quantityOf } from './expressions.ts'
import { identityRules } from './identity-rules.ts'
import { DOMAINS, isDomain, type Names } from './names.ts'
import type { Pointer } from './located.ts'
import { ownMetricRules } from './own-metric-rules.ts'
import { list, record, text, texts, type Mistake, type Page } from './page.ts'
import { testRules } from './test-rules.ts'
import { unknownUnit } from './unit-rules.ts'

const CHECK_ID = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/

export function* checkRules(page: Page, names: Names): Generator<Mistake> {
  const check = record(page.root.data)
  yield* idRules(page, names)
  yield* headRules(check)
  yield* ownMetricRules(page, names)
  const expressions = checkExpressionMistakes(check, names)
  yield* expressions
  // A misspelt param in a condition is one mistake, not also a param that nobody reads.
  yield* paramRules(
    check,
    names,
    expressions.every((mistake) => mistake.severity === 'warning'),
  )
  yield* conditionRules(check)
  yield* culpritRules(check, names)
  yield* explainsRules(page, names)
  yield* testRules(check, names)
}

function* idRules(page: Page, names: Names): Generator<Mistake> {
  yield* identityRules(page, names)
  const { id } = page
  if (!CHECK_ID.test(id))
    yield {
      code: 'bad-id',
      message: `the path makes the id ${id}, which is not a check id`,
      hint: 'checks/RESOURCE/NAME.yaml in lower-case letters, digits and _',
      at: [],
      part: 'key',
    }
  if (names.metrics.has(id))
    yield {
      code: 'id-is-metric',
      message: `${id} is the name of a metric; a check cannot have it too`,
      hint: 'rename the file after what it claims: high_…, slow_…',
      at: [],
      part: 'key',
    }
}

function* headRules(check: Readonly<Record<string, unknown>>): Generator<Mistake> {
  if (check['use'] === 'none' && check['topic'] === undefined)
    yield {
      code: 'no-topic',
      message: 'a check outside the USE matrix needs a topic:',
      hint: 'say in a word what it is about, for example topic: demand',
      at: ['use'],
    }
}

function* paramRules(check: Readonly<Record<string, unknown>>, names: Names, complete: boolean): Generator<Mistake> {
  const { conditions, templates } = partsOf(check)
  const read = [
    ...conditions.map((part) => part.text),
    ...templates.flatMap((part) => (part.text.length > LONGEST ? part.text : part.text.match(/\$\{[^}]*\}/g)) ?? []),
  ].join('\n')
  const roots = new Set([...names.metrics.keys()].map((id) => id.split('.')[0] ?? id))
  const words = new Set(read.match(/(?<![\w.])[A-Za-z_]\w*(?!\w)/g))
  for (const [name, param] of Object.entries(record(check['params']))) {
    const at: Pointer = ['params', name]
    const value = record(param)['default']
    if (CEL_WORDS.has(name) || roots.has(name))
      yield {
        code: 'reserved-name',
        message: `${name} already means something in a condition`,
        hint: `choose a longer name, for example ${name}_limit`,
        at,
        part: 'key',
      }
    else if (complete && conditions.length > 0 && !words.has(name))
      yield {
        code: 'unused-param',
        severity: 'warning',
        message: `no condition reads the param ${name}`,
        hint: 'remove it, or use it in status:',
        at,
        part: 'key',
      }
    if ((typeof value === 'string' || typeof value === 'number') && !quantityOf(value))
      yield unknownUnit(String(value), [...at, 'default'])
  }
}

function* conditionRules(check: Readonly<Record<string, unknown>>): Generator<Mistake> {
  const { critical, warn } = record(check['status'])
  if (typeof critical === 'string' && text(warn)?.trim() === critical.trim())
    yield {
      code: 'same-condition',
      message: 'warn is the same condition as critical, which is tried first',
      hint: 'give warn a lower threshold, or remove it',
      at: ['status', 'warn'],
    }
  if (check['where'] !== undefined && check['each'] === undefined)
    yield {
      code: 'where-without-each',
      message: 'where: chooses instances, and this check has none',
      hint: `add each: with one of ${DOMAINS.join(', ')}`,
      at: ['where'],
      part: 'key',
    }
}

function* culpritRules(check: Readonly<Record<string, unknown>>, names: Names): Generator<Mistake> {
  for (const [culprit, at] of texts(check['culprit'], ['culprit'])) {
    const match = /^(\S+) by (\S+)$/.exec(culprit.trim())
    if (culprit === 'instance') {
      if (!eachOf(check))
        yield {
          code: 'culprit-form',
          message: 'instance is to blame, and this check has no instances',
          hint: 'add each:, or write DOMAIN by METRIC',
          at,
        }
    } else if (!match)
      yield {
        code: 'culprit-form',
        message: 'not understood who is to blame',
        hint: 'write DOMAIN by METRIC, for example process by process.cpu; or instance',
        at,
      }
    else yield* culpritNames(match[1] ?? '', match[2] ?? '', at, names)
  }
}

function* culpritNames(domain: string, id: string, at: Pointer, names: Names): Generator<Mistake> {
  if (!isDomain(domain)) {
    yield {
      code: 'unknown-domain',
      message: `nothing has instances called ${domain}`,
      hint: didYouMean(domain, DOMAINS),
      at,
      span: [0, domain.length],
    }
    return
  }
  const span = [domain.length + 4, domain.length + 4 + id.length] as const
  const metric = names.metrics.get(id)
  const candidates = [...names.metrics.values()].filter((m) => m.per === domain).map((m) => m.id)
  if (!metric) yield { code: 'unknown-metric', message: `no metric ${id}`, hint: didYouMean(id, candidates), at, span }
  else if (metric.per !== domain)
    yield {
      code: 'culprit-domain',
      message: `${id} has ${metric.per === undefined ? 'one value for the host' : `one value per ${metric.per}`}; it cannot rank ${domain} instances`,
      hint: `metrics of ${domain}: ${candidates.slice(0, 8).join(', ')}`,
      at,
      span,
    }
}

function* explainsRules(page: Page, names: Names): Generator<Mistake> {
  for (const [i, id] of list(record(page.root.data)['explains']).entries()) {
    if (typeof id !== 'string') continue
    if (id === page.id)
      yield {
        code: 'explains-itself',
        message: 'a check cannot explain itself',
        hint: 'remove it',
        at: ['explains', i],
      }
    else if (!names.checks.has(id))
      yield {
        code: 'unknown-check',
        message: `no check ${id}`,
        hint: didYouMean(id, names.checks.keys(), '`tracebook list` shows all checks'),
        at: ['explains', i],
      }
    else if (list(names.checks.get(id)?.explains).includes(page.id))
      yield {
        code: 'explains-cycle',
        message: `${id} already explains ${page.id}; only one can be the symptom of the other`,
        hint: 'keep the direction in which the mechanism works',
        at: ['explains', i],
      }
  }
}
