// `metrics:` of a check → names that are taken, units that do not fit their kind, programs nobody can check, parsers that cannot work.
import { STATISTICS } from '../model/metric.ts'
import { jsonPath, OWN_UNITS, ownUnit } from '../model/own-metric.ts'
import { groupsIn, mistakeInPattern } from '../model/pattern.ts'
import { UNITS, type Dimension } from '../model/unit.ts'
import { argvRules } from './argv-rules.ts'
import { CEL_WORDS } from './cel-words.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Pointer } from './located.ts'
import type { Names } from './names.ts'
import { record, text, type Mistake, type Page } from './page.ts'

const PARSERS = ['match', 'json', 'table'] as const
const KEYS = ['unit', 'kind', 'help', 'argv']
const LAST_WORDS: readonly string[] = [...STATISTICS, 'ok', 'firing', 'warn', 'critical', 'unknown']

export function* ownMetricRules(page: Page, names: Names): Generator<Mistake> {
  for (const [id, declared] of Object.entries(record(record(page.root.data)['metrics']))) {
    const at: Pointer = ['metrics', id]
    const metric = record(declared)
    yield* nameRules(page, id, at, names)
    yield* unitRules(metric, at)
    yield* argvRules(metric['argv'], [...at, 'argv'])
    yield* parserRules(metric, at)
  }
}

function* nameRules(page: Page, id: string, at: Pointer, names: Names): Generator<Mistake> {
  const [first = '', ...rest] = id.split('.')
  const earlier = names.declared.get(id)
  if (names.families.has(first) && !page.builtin)
    yield {
      code: 'metric-family',
      message: `${first} is a word of tracebook's own metrics and checks`,
      hint: `begin with one of yours: shop.${rest.join('_')}`,
      at,
      part: 'key',
    }
  else if (CEL_WORDS.has(first) || LAST_WORDS.includes(rest.at(-1) ?? ''))
    yield {
      code: 'reserved-name',
      message: `${CEL_WORDS.has(first) ? first : `.${rest.at(-1) ?? ''}`} already means something in a condition`,
      hint: 'choose a longer name',
      at,
      part: 'key',
    }
  else if (earlier && earlier.file !== page.source.file)
    yield {
      code: 'duplicate-metric',
      message: `${id} is already declared in ${earlier.file}${earlier.line === undefined ? '' : `:${earlier.line}`}`,
      hint: 'declare it once: every check can read it',
      at,
      part: 'key',
    }
}

/** What a total can be of, and what an increase per second can be. */
const FITS: Readonly<Record<string, { readonly of: readonly Dimension[]; readonly say: string }>> = {
  gauge: {
    of: ['count', 'ratio', 'bytes', 'byteRate', 'seconds', 'rate', 'flag'],
    say: 'a text does not change: write kind: constant',
  },
  count: { of: ['count', 'bytes', 'seconds'], say: 'what adds up is a count, a size or a time' },
  rate: { of: ['rate', 'byteRate'], say: 'an increase per second has the unit /s, or B/s, KiB/s, …' },
}

function* unitRules({ unit, kind }: Readonly<Record<string, unknown>>, at: Pointer): Generator<Mistake> {
  const written = text(unit)
  if (written === undefined) return
  const measured = ownUnit(written)
  const fits = FITS[text(kind) ?? '']
  const sameLetters = OWN_UNITS.find((known) => known.toLowerCase() === written.toLowerCase())
  if (!measured)
    yield {
      code: 'unknown-unit',
      message: `${written.slice(0, 40)} is not a unit`,
      hint: sameLetters
        ? `did you mean ${sameLetters}?`
        : didYouMean(written, OWN_UNITS, `units are count ${UNITS.join(' ')} text yes/no`),
      at: [...at, 'unit'],
    }
  // Per minute is a way to print a rate; the increase of a total is always taken per second.
  else if (fits && (!fits.of.includes(measured.dimension) || (kind === 'rate' && written === '/min')))
    yield {
      code: 'kind-unit',
      message: `a ${text(kind) ?? ''} cannot be in ${written}`,
      hint: fits.say,
      at: [...at, 'unit'],
    }
}

function* parserRules(metric: Readonly<Record<string, unknown>>, at: Pointer): Generator<Mistake> {
  const [first, second] = PARSERS.filter((name) => name in metric)
  // A misspelt key is one mistake, not also one that is missing.
  if (first === undefined && Object.keys(metric).every((key) => KEYS.includes(key)))
    yield {
      code: 'no-parser',
      message: 'nothing says which value of the output is meant',
      hint: `add match: '^(\\d+)$', json: stats.length or table: { column: Used }`,
      at,
      part: 'key',
    }
  if (second !== undefined)
    yield {
      code: 'two-parsers',
      message: `the value is found by ${first ?? ''} or by ${second}, not by both`,
      hint: 'remove one of them',
      at: [...at, second],
      part: 'key',
    }
  const path = text(metric['json'])
  if (path !== undefined && path.trim() !== '' && !jsonPath(path))
    yield {
      code: 'bad-path',
      message: `${path.slice(0, 60)} is no path in JSON`,
      hint: 'write keys with dots, [0] for the first of a list: queues[0].length',
      at: [...at, 'json'],
    }
  const pattern = text(metric['match'])
  if (pattern !== undefined && pattern.trim() !== '') yield* patternRules(pattern, [...at, 'match'])
}

const SLOW: Readonly<Record<string, string>> = {
  backreference: 'match a longer piece and put only the value in ( )',
  lookaround: 'match what is around the value, too, and put only the value in ( )',
  repetition: 'at most 16 times, repetitions inside others multiplied; write * in place of {0,99}',
}

function* patternRules(pattern: string, at: Pointer): Generator<Mistake> {
  const mistake = mistakeInPattern(pattern)
  if (mistake?.kind === 'syntax')
    yield {
      code: 'bad-pattern',
      message: `not a regular expression: ${mistake.message}`,
      hint: String.raw`\ before a character takes it as it is; quote the pattern with '`,
      at,
      span: [mistake.start, mistake.end],
    }
  else if (mistake)
    yield {
      code: 'slow-pattern',
      message: `this ${mistake.message}: the time it takes has no bound`,
      hint: SLOW[mistake.kind],
      at,
      span: [mistake.start, mistake.end],
    }
  else if (groupsIn(pattern) === 0)
    yield {
      code: 'no-group',
      message: 'no group says which part is the value',
      hint: `put it in ( ): '^Queued: (\\d+)$'`,
      at,
    }
}
