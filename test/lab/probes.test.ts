// Each probe by each back end, asked of a workload whose answer is known; what several measure, they measure alike.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { percentile } from '../../src/model/distribution.ts'
import type { Escalation } from '../../src/model/escalation.ts'
import { kernelOf, reason, resultOf } from './result.ts'
import { nameOf, rowsOf, type Row } from './rows.ts'

const all = rowsOf()
const [major = 0, minor = 0] = (reason === '' ? kernelOf('idle') : '').split('.').map(Number)
/** Before Linux 6.11 function_graph works in the top instance only, which probes never touch. */
const impossible = (row: Row) => row.backEnd.mechanism === 'graph' && (major < 6 || (major === 6 && minor < 11))
const rows = all.filter((row) => !impossible(row))
const answerOf = (row: Row) =>
  JSON.parse(readFileSync(join(inject('labShare'), `probe-${nameOf(row)}.json`), 'utf8')) as Escalation

describe.skipIf(reason !== '')(reason === '' ? 'probes in the lab' : `probes in the lab (${reason})`, () => {
  test.each(rows.map((row) => [nameOf(row), row.workload, row] as const))('%s sees %s', (name, _, row) => {
    // 3: not answered; the answer says why.
    expect(resultOf('probes').lines.get(name)).toMatch(/^[03] /)
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

  // Not the same seconds, and buckets of powers of two: the neighbouring bucket is the same answer.
  const questions = [...new Set(rows.map(({ probe }) => probe.id))]
  const several = questions.map((id) => [id, rows.filter(({ probe }) => probe.id === id)] as const)
  test.each(several.filter(([, of]) => of.length > 1))('%s: the medians agree', (_, of) => {
    const medians = of.flatMap((row) => {
      const { answer } = answerOf(row)
      const found = answer?.kind === 'distribution' ? percentile(answer, 0.5) : undefined
      return found ? [{ by: row.backEnd.id, ...found }] : []
    })
    const low = Math.max(...medians.map((one) => one.low))
    const high = Math.min(...medians.map((one) => one.high))
    expect(low / 2, JSON.stringify(medians)).toBeLessThanOrEqual(high)
  })
})
