// Test helper: what a reading may lose with a column or with its end, and what it must not; fixtures by name, JSON changed throughout.
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { metrics } from '../../src/generated/metrics.ts'
import type { Value } from '../../src/model/metric.ts'
import type { Reading, Source } from '../../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../../src/model/unavailable.ts'
import { differences, fixturesOf, readFixture, type Fixture } from './fixtures.ts'

const perInstance = new Set(metrics.filter(({ per }) => per !== undefined).map(({ id }) => id))
const gauges = new Set(metrics.filter(({ kind }) => kind === 'gauge').map(({ id }) => id))

export function expectLost(reading: Reading | Unavailable, whole: Reading, lost: readonly string[]): void {
  if (lost.includes('*')) return expect(isUnavailable(reading)).toBe(true)
  if (isUnavailable(reading)) throw new Error(reading.reason)
  const without = (values: Readonly<Record<string, Value>> | undefined) =>
    Object.fromEntries(Object.entries(values ?? {}).filter(([id]) => !lost.includes(id)))
  expect(differences(reading.host ?? {}, without(whole.host))).toEqual([])
  const instances = (whole.instances ?? [])
    .map((one) => ({ ...one, values: without(one.values) }))
    .filter(
      ({ values }, i) => Object.keys(values).length > 0 || Object.keys(whole.instances?.[i]?.values ?? {}).length === 0,
    )
  expect(differences(reading.instances ?? [], instances)).toEqual([])
  // A metric of instances that is just left out would pass for one that no instance can have a problem with.
  const gone = lost.filter((id) => perInstance.has(id) && !(reading.instances ?? []).some((one) => id in one.values))
  expect(gone.filter((id) => !(id in (reading.missing ?? {})))).toEqual([])
  const reasons = Object.entries(reading.missing ?? {}).filter(([id]) => lost.includes(id))
  expect(reasons.filter(([, { unavailable }]) => unavailable === 'nothing to measure')).toEqual([])
}

/** Values of a cut output that the whole one does not have: a gauge must be the beginning of what it was. */
export function inventions(cut: Reading, whole: Reading): string[] {
  const compare = (where: string, now: Readonly<Record<string, Value>>, then: Readonly<Record<string, Value>>) =>
    Object.entries(now).flatMap(([id, value]) => {
      const before = then[id]
      if (before === undefined) return [`${where} ${id}: ${JSON.stringify(value)} is new`]
      if (!gauges.has(id) || !Array.isArray(value) || !Array.isArray(before)) return []
      return value.every((one, i) => one === before[i])
        ? []
        : [`${where} ${id}: ${value.join(' ')} does not begin ${before.join(' ')}`]
    })
  const names = new Map((whole.instances ?? []).map((one) => [one.name, one.values]))
  return [
    ...compare('host', cut.host ?? {}, whole.host ?? {}),
    ...(cut.instances ?? []).flatMap((one) => {
      const before = names.get(one.name)
      return before ? compare(one.name, one.values, before) : [`${one.name} is new`]
    }),
  ]
}

export function named(source: Source, name: string): Fixture {
  const found = fixturesOf(source).find((fixture) => fixture.name === name)
  if (!found) throw new Error(`${source.id} has no fixture ${name}`)
  return found
}

export function understood(source: Source, fixture: Fixture): Reading {
  const reading = readFixture(source, fixture)
  if (isUnavailable(reading)) throw new Error(`${fixture.name}: ${reading.reason}`)
  return reading
}

/** Of all metrics, or of one. */
export function numbersOf(reading: Reading, metric?: string): number[] {
  return [reading.host ?? {}, ...(reading.instances ?? []).map(({ values }) => values)].flatMap((values) =>
    Object.entries(values).flatMap(([id, value]) =>
      typeof value === 'string' || (metric !== undefined && id !== metric) ? [] : [value].flat(),
    ),
  )
}

/** Every object within, changed, inner ones first. */
export function inAll(value: unknown, edit: (object: Record<string, unknown>) => Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => inAll(one, edit))
  if (typeof value !== 'object' || value === null) return value
  return edit(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inAll(inner, edit)])))
}

export function sorted(reading: Reading | Unavailable): unknown {
  if (isUnavailable(reading)) return reading
  return { ...reading, instances: reading.instances?.toSorted((a, b) => a.name.localeCompare(b.name)) }
}

export function shuffled(places: readonly number[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray([...places], { minLength: places.length, maxLength: places.length })
}
