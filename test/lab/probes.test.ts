// Each probe by each back end, asked of a workload whose answer is known; what several measure, they measure alike.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { percentile } from '../../src/model/distribution.ts'
import type { Answer } from '../../src/model/metric.ts'
import { tallyOf } from '../../src/model/tally.ts'
import type { Escalation } from '../../src/model/escalation.ts'
import { kernelOf, linesOf, reason } from './result.ts'
import { everything, nameOf, rowsOf, type Row } from './rows.ts'

const wanted = rowsOf()
const told: ReadonlyMap<string, string> = reason === '' ? linesOf('probes') : new Map()
const late = inject('labLate') ? wanted.filter((row) => !told.has(nameOf(row))) : []
const all = wanted.filter((row) => !late.includes(row))
const [major = 0, minor = 0] = (reason === '' ? kernelOf('idle') : '').split('.').map(Number)
/** Before Linux 6.11 function_graph works in the top instance only, which probes never touch. */
const impossible = (row: Row) => row.backEnd.mechanism === 'graph' && (major < 6 || (major === 6 && minor < 11))
const rows = all.filter((row) => !impossible(row))
const answerOf = (row: Row) =>
  JSON.parse(readFileSync(join(inject('labShare'), `probe-${nameOf(row)}.json`), 'utf8')) as Escalation

describe.skipIf(reason !== '')(reason === '' ? 'probes in the lab' : `probes in the lab (${reason})`, () => {
  test.each(rows.map((row) => [nameOf(row), row.workload, row] as const))('%s sees %s', (name, _, row) => {
    // 3: not answered; the answer says why.
    expect(told.get(name)).toMatch(/^[03] /)
    const { outcome, backEnd, answer, why } = answerOf(row)
    expect({ outcome, backEnd, why: why?.reason }).toEqual({ outcome: 'answered', backEnd: row.backEnd.id })
    expect(answer && row.wrong(answer)).toBe('')
  })

  test.each(all.filter(impossible).map((row) => [nameOf(row), row] as const))('%s: this kernel cannot', (_, row) => {
    const { outcome, why } = answerOf(row)
    expect({ outcome, ...why }).toMatchObject({
      outcome: 'impossible',
      unavailable: 'not supported',
      reason: expect.stringMatching(/^not supported by this kernel: function_graph/),
    })
  })

  const questions = [...new Set(rows.map(({ probe }) => probe.id))]
  const several = questions.map((id) => [id, rows.filter(({ probe }) => probe.id === id)] as const)

  test.skip.each(late.map(nameOf))('%s: no time left', () => {})

  test.skipIf(!everything || late.length > 0)(
    'eight questions and more are asked four times, by four back ends',
    () => {
      const answered = several.map(([id, of]) => ({
        id,
        by: new Set(of.filter((row) => answerOf(row).outcome === 'answered').map(({ backEnd }) => backEnd.id)),
      }))
      const enough = answered.filter(({ by }) => by.size >= 4).map(({ id }) => id)
      expect(enough).toContain('wakeup_latency')
      expect(enough.length, enough.join(' ')).toBeGreaterThanOrEqual(8)
    },
  )

  // Not the same seconds, and buckets of powers of two: the neighbouring bucket is the same answer.
  test.each(several.filter(([, of]) => of.length > 1))('%s: they agree', (_, of) => {
    const answers = of.flatMap((row) => {
      const { answer } = answerOf(row)
      return answer ? [{ by: row.backEnd.id, at: row.at ?? 0.5, answer }] : []
    })
    const medians = answers.flatMap(({ by, at, answer }) => {
      const found = answer.kind === 'distribution' ? percentile(answer, at) : undefined
      return found ? [{ by, ...found }] : []
    })
    const low = Math.max(...medians.map((one) => one.low))
    const high = Math.min(...medians.map((one) => one.high))
    expect(low / 2, JSON.stringify(medians)).toBeLessThanOrEqual(high)
    const tops = topsOf(answers.map(({ answer }) => answer))
    expect(new Set(tops).size, tops.join(' | ')).toBeLessThanOrEqual(1)
  })
})

/** Numbers of processes and ports: another time, others. */
const CHANGES = /pid$|^(?:to|thread|port)$/

/** The first line of each table, by the labels that all of them have; of stacks the function at the end of the widest. */
function topsOf(answers: readonly Answer[]): readonly string[] {
  const tables = answers.flatMap((answer) => (answer.kind === 'tally' && answer.rows.length > 0 ? [answer.rows] : []))
  const names = Object.keys(tables[0]?.[0]?.labels ?? {}).filter(
    (name) => !CHANGES.test(name) && tables.every((rows) => rows.every(({ labels }) => name in labels)),
  )
  const lines = tables.map((rows) => {
    const known = rows.map((row) => ({
      ...row,
      labels: Object.fromEntries(names.map((name) => [name, row.labels[name] ?? ''])),
    }))
    return Object.values(tallyOf(known).rows[0]?.labels ?? {}).join(' ')
  })
  const stacks = answers.flatMap((answer) => (answer.kind === 'stacks' ? [answer.stacks] : []))
  const leaves = stacks.map((all) => all.toSorted((a, b) => b.weight - a.weight)[0]?.frames.at(-1) ?? '')
  return [...lines, ...leaves]
}
