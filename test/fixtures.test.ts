// Every source against real output: fixture text → expected reading; what each source must have and must never do.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import type { Instance, Value } from '../src/model/metric.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../src/model/unavailable.ts'
import { context } from './support/context.ts'
import { differences, fixturesOf, numbers, readFixture, versionOf, writeExpected } from './support/fixtures.ts'
import { observe, plan } from './support/looks.ts'
import { discover } from './support/sources.ts'

const update = process.env['UPDATE_FIXTURES'] === '1'
const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
const window = { intervalMs: 1000, count: 2 }
// One seed for all machines: a red run can be repeated. FUZZ_SEED=$RANDOM looks elsewhere.
const fuzz = { numRuns: 200, seed: Number(process.env['FUZZ_SEED'] ?? 1) }

const found = await discover()

test.each(found.broken)('%s loads', (_, error) => {
  throw error
})

describe.each(found.sources)('%s', (id, source) => {
  test('has the id of its folder', () => expect(source.id).toBe(id))

  const fixtures = fixturesOf(source)

  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('reads %s', (_name, fixture) => {
    const reading = readFixture(source, fixture)
    if (update) writeExpected(fixture, reading)
    else expect(differences(reading, fixture.options.reading)).toEqual([])
    expect(violations(source, reading)).toEqual([])
  })

  test('promises only metrics of the catalogue', () => {
    expect(source.gives.filter((id) => !catalogue.has(id))).toEqual([])
    expect(new Set(source.gives).size).toBe(source.gives.length)
  })

  test('has real output of enough versions, and garbage', () => {
    const versions = new Set(
      fixtures.flatMap((fixture) => (isGarbage(fixture.name) ? [] : (versionOf(fixture.name) ?? []))),
    )
    expect(versions.size, `versions: ${[...versions].join(', ')}`).toBeGreaterThanOrEqual(
      source.tool === undefined ? 1 : 2,
    )
    const garbage = fixtures.filter((fixture) => isGarbage(fixture.name))
    expect(garbage.map((fixture) => fixture.name)).not.toEqual([])
    for (const fixture of garbage) expect(isUnavailable(readFixture(source, fixture)), fixture.name).toBe(true)
  })

  test('every metric it promises is seen in some fixture', () => {
    const seen = new Set(fixtures.flatMap((fixture) => mentioned(readFixture(source, fixture))))
    expect(source.gives.filter((id) => !seen.has(id))).toEqual([])
  })

  test('claims nothing when it saw nothing', () => {
    expect(numbers(parse(source, () => ''))).toEqual([])
  })

  test('survives garbage', () => {
    fc.assert(
      fc.property(fc.array(garbageText, { minLength: 1, maxLength: 4 }), (texts) => {
        sane(parse(source, (i) => texts[i % texts.length] ?? ''))
      }),
      fuzz,
    )
  })

  test.skipIf(fixtures.length === 0)('survives damaged output', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (fixture, damages) => {
          const texts = fixture.texts.map((text, i) => (damages[i % damages.length] ?? damages[0]!)(text))
          sane(readFixture(source, { ...fixture, texts }))
        },
      ),
      fuzz,
    )
  })
})

const isGarbage = (name: string) => name.includes('garbage')

/** Words as tools print them, in no sensible order. */
const garbageText = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom('\n', ' ', '\t', ':', '-', 'kB', '%', '{', '[', '\0', '\u{1F525}'),
    ),
  )
  .map((parts) => parts.join(' '))

/** Ways in which output comes to harm: cut off, a stretch lost, a stretch twice, lines exchanged, a word replaced. */
const damage = fc
  .record({
    kind: fc.constantFrom('cut', 'lose', 'repeat', 'exchange', 'replace'),
    from: fc.nat(),
    length: fc.nat(200),
    word: fc.constantFrom('', '-', '0', '-1', 'nan', '1e999', 'x', '18446744073709551615'),
  })
  .map(({ kind, from, length, word }) => (text: string) => {
    const at = text.length === 0 ? 0 : from % text.length
    const [before, middle, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)]
    if (kind === 'cut') return before
    if (kind === 'lose') return before + after
    if (kind === 'repeat') return before + middle + middle + after
    if (kind === 'replace') return before + text.slice(at).replace(/\S+/, word)
    return before + middle.split('\n').toReversed().join('\n') + after
  })

/** Reads texts as if they were each look's output; the frames of read looks are kept so that the parser gets to see them. */
function parse(source: Source, text: (look: number) => string): Reading | Unavailable {
  const looks = plan(source, window, context())
  const texts = looks.map(({ request }, i) => {
    if (request.kind !== 'read' || text(i) === '') return text(i)
    return request.paths.map((path, j) => `==> ${path.replaceAll('*', 'x')} <==\n${text(i + j)}\n`).join('')
  })
  return source.parse(observe(source, texts, window, context()), { window, context: context() })
}

function sane(reading: Reading | Unavailable): void {
  const wrong = numbers(reading).filter(({ metric, value }) => !Number.isFinite(value) || (isRate(metric) && value < 0))
  expect(wrong).toEqual([])
}

function isRate(id: string): boolean {
  const metric = catalogue.get(id)
  return (
    metric?.kind === 'rate' ||
    metric?.kind === 'count' ||
    metric?.dimension === 'rate' ||
    metric?.dimension === 'byteRate'
  )
}

/** Metrics a reading has, or says why not. */
function mentioned(reading: Reading | Unavailable): string[] {
  if (isUnavailable(reading)) return []
  return [
    ...Object.keys(reading.host ?? {}),
    ...Object.keys(reading.missing ?? {}),
    ...(reading.instances ?? []).flatMap((instance) => Object.keys(instance.values)),
  ]
}

/** What a reading must not have: metrics that were not promised, values of the wrong shape, instances of the wrong domain. */
function violations(source: Source, reading: Reading | Unavailable): string[] {
  if (isUnavailable(reading)) return []
  const promised = new Set(source.gives)
  const keys = mentioned(reading).filter((id) => id !== '*' && !promised.has(id))
  const host = Object.entries(reading.host ?? {}).flatMap(([id, value]) => misshapen(id, value, undefined))
  const instances = reading.instances ?? []
  const twice = instances.filter(
    (one, i) => instances.findIndex((other) => other.domain === one.domain && other.name === one.name) !== i,
  )
  return [
    ...keys.map((id) => `${id} is not promised`),
    ...host,
    ...instances.flatMap((instance) =>
      Object.entries(instance.values).flatMap(([id, value]) => misshapen(id, value, instance)),
    ),
    ...twice.map((instance) => `two instances ${instance.domain} ${instance.name}`),
  ]
}

function misshapen(id: string, value: Value, instance: Instance | undefined): string[] {
  const metric = catalogue.get(id)
  if (!metric) return [`${id} is not in the catalogue`]
  const where = instance ? `${id} of ${instance.domain} ${instance.name}` : id
  const wrong: string[] = []
  if (metric.per !== instance?.domain) wrong.push(`${where}: belongs to ${metric.per ?? 'the host'}`)
  if (
    metric.kind === 'text'
      ? typeof value !== 'string'
      : metric.kind === 'gauge'
        ? !Array.isArray(value) || value.length === 0
        : typeof value !== 'number'
  )
    wrong.push(`${where}: ${JSON.stringify(value)} is no ${metric.kind}`)
  const list = typeof value === 'string' ? [] : [value].flat()
  if (list.some((number) => !Number.isFinite(number) || number < 0))
    wrong.push(`${where}: ${JSON.stringify(value)} is not finite and positive`)
  return wrong
}
