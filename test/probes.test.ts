// Every probe against real output of its back ends: fixture text → expected reading; what each must have and must never do.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import { totalOf } from '../src/model/distribution.ts'
import type { Answer } from '../src/model/metric.ts'
import type { BackEnd, Probe } from '../src/model/probe.ts'
import type { Reading } from '../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../src/model/unavailable.ts'
import { discoverProbes, fixturesOfProbe, looksOf, planOf, readProbeFixture, writeReading } from './support/probes.ts'

const update = process.env['UPDATE_FIXTURES'] === '1'
const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
const fuzz = { numRuns: 60, seed: Number(process.env['FUZZ_SEED'] ?? 1) }
const KINDS: Readonly<Record<Answer['kind'], string>> = { distribution: 'histogram', stacks: 'stacks', tally: 'events' }
/** Safety S2b and S6: what no probe of ours may do. */
const FORBIDDEN =
  /--unsafe|\bsystem\(|\bsignal\(|\boverride\(|tracepoint:[\w]*\*|kprobe:[\w]*\*|trace_pipe|free_buffer|set_event$|raw_spin/

const found = await discoverProbes()

test.each(found.broken)('%s loads', (_, error) => {
  throw error
})

describe.each(found.probes)('%s', (id, probe) => {
  test('is what its folder says, and gives only metrics of the catalogue', () => {
    expect(probe.id).toBe(id)
    expect(probe.gives[0]).toBe(probe.answers)
    expect(probe.gives.filter((metric) => !catalogue.has(metric))).toEqual([])
    expect(new Set(probe.backEnds.map((one) => one.id)).size).toBe(probe.backEnds.length)
    expect(probe.backEnds.length).toBeGreaterThan(0)
  })

  test.each(probe.backEnds.map((backEnd) => [backEnd.id, backEnd] as const))(
    '%s is bounded and harmless',
    (_, backEnd) => {
      for (const seconds of [1, 5]) {
        const acts = backEnd.acts({ ...planOf({ options: {} }), seconds, rate: 1000 }, backEnd.tools?.[0] ?? '')
        expect(acts.length).toBeGreaterThan(0)
        // What came to its end says so: an empty answer is believed only then.
        if (backEnd.finished && acts[0]?.kind === 'run')
          expect(acts[0].input).toMatch(/^interval:s:\$1 \{[^}]*@finished = 1;[^}]*exit\(\);/m)
        for (const act of acts) {
          if (act.kind === 'ftrace' || act.tracing) expect(act.lastsMs).toBeLessThanOrEqual(seconds * 1000 + 1000)
          else expect(act.lastsMs).toBeLessThanOrEqual(60_000)
          expect(JSON.stringify(act)).not.toMatch(FORBIDDEN)
          if (act.kind === 'run') expect(act.argv.join(' ')).not.toMatch(/undefined|NaN|\{(?!scratch|id\})\w+\}/)
          else expect(act.bufferKb).toBeLessThanOrEqual(4096)
        }
      }
      expect(backEnd.microseconds).toBeGreaterThan(0)
    },
  )

  const fixtures = fixturesOfProbe(probe)

  test('every back end has real output it was read from, and garbage is not understood', () => {
    const seen = new Set(fixtures.filter(({ name }) => !name.includes('garbage')).map(({ backEnd }) => backEnd?.id))
    expect(probe.backEnds.map((one) => one.id).filter((one) => !seen.has(one))).toEqual([])
    for (const backEnd of probe.backEnds)
      expect(isUnavailable(readAs(probe, backEnd, 'no such thing\n\0 {"a": [}')), backEnd.id).toBe(true)
  })

  test('what nobody performed, or what failed, says nothing', () => {
    for (const backEnd of probe.backEnds) {
      expect(isUnavailable(backEnd.read([], planOf({ options: {} }))), backEnd.id).toBe(true)
      const failed = looksOf(probe, { backEnd, options: { outcomes: ['failed'] } }, [''])
      expect(isUnavailable(backEnd.read(failed, planOf({ options: {} }))), backEnd.id).toBe(true)
    }
  })

  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('reads %s', (_, fixture) => {
    const reading = readProbeFixture(probe, fixture)
    if (update) writeReading(fixture, reading)
    else expect(JSON.parse(JSON.stringify(reading))).toEqual(fixture.options.reading)
    expect(violations(probe, reading)).toEqual([])
  })

  test('every metric it gives is seen in some fixture', () => {
    const seen = new Set(fixtures.flatMap((fixture) => mentioned(readProbeFixture(probe, fixture))))
    expect(probe.gives.filter((metric) => !seen.has(metric))).toEqual([])
  })

  test.skipIf(fixtures.length === 0)('survives damaged output', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.nat(),
        fc.nat(400),
        fc.constantFrom('', '-', '1e999', 'x', '\n'),
        (fixture, from, length, word) => {
          const texts = fixture.texts.map((text) => {
            const at = text.length === 0 ? 0 : from % text.length
            return text.slice(0, at) + word + text.slice(at + length)
          })
          expect(violations(probe, readProbeFixture(probe, fixture, texts))).toEqual([])
        },
      ),
      fuzz,
    )
  })
})

function readAs(probe: Probe, backEnd: BackEnd, text: string): Reading | Unavailable {
  const acts = backEnd.acts(planOf({ options: {} }), backEnd.tools?.[0] ?? '')
  return backEnd.read(
    looksOf(
      probe,
      { backEnd, options: {} },
      acts.map(() => text),
    ),
    planOf({ options: {} }),
  )
}

function mentioned(reading: Reading | Unavailable): string[] {
  if (isUnavailable(reading)) return []
  return [
    ...Object.keys(reading.answers ?? {}),
    ...Object.keys(reading.host ?? {}),
    ...(reading.instances ?? []).flatMap((instance) => Object.keys(instance.values)),
  ]
}

/** What a reading must not have: metrics that were not promised, answers of another kind, numbers that are none. */
function violations(probe: Probe, reading: Reading | Unavailable): string[] {
  if (isUnavailable(reading)) return []
  const wrong = mentioned(reading)
    .filter((metric) => !probe.gives.includes(metric))
    .map((metric) => `${metric} is not given`)
  for (const [metric, answer] of Object.entries(reading.answers ?? {})) {
    if (catalogue.get(metric)?.kind !== KINDS[answer.kind]) wrong.push(`${metric} is no ${answer.kind}`)
    if (answer.kind === 'distribution') {
      if (!Number.isFinite(totalOf(answer))) wrong.push(`${metric}: a count that is no number`)
      for (const [i, { low, high }] of answer.buckets.entries())
        if (!(low >= 0 && high > low && (answer.buckets[i - 1]?.low ?? -1) < low))
          wrong.push(`${metric}: bucket ${low} to ${high}`)
    } else if (!Number.isFinite(answer.total)) wrong.push(`${metric}: a total that is no number`)
  }
  for (const { domain, name, values } of reading.instances ?? [])
    for (const [metric, value] of Object.entries(values)) {
      if (catalogue.get(metric)?.per !== domain) wrong.push(`${metric} of ${domain} ${name}`)
      if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0))
        wrong.push(`${metric} of ${name}: ${value}`)
    }
  return wrong
}
