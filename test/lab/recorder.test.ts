// LTTng as a flight recorder: a snapshot session is armed, a load comes, its rings are saved and read, and nothing is left.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { percentile } from '../../src/model/distribution.ts'
import type { Escalation } from '../../src/model/escalation.ts'
import { reason, required, resultOf } from './result.ts'

const { lines } = reason === '' ? resultOf('recorder') : { lines: new Map<string, string>() }

describe.skipIf(reason !== '')(reason === '' ? 'recorder in the lab' : `recorder in the lab (${reason})`, () => {
  test.skipIf(!required && !lines.has('status'))('LTTng keeps what came before the trigger', () => {
    const one = JSON.parse(readFileSync(join(inject('labShare'), 'recorder.json'), 'utf8')) as Escalation
    expect([one.outcome, one.backEnd, lines.get('status')]).toEqual(['answered', 'lttng', '0'])
    expect(one.armed?.waitedSeconds).toBeGreaterThan(3)
    expect(one.seconds).toBeGreaterThan(0)
    const longest = one.answer?.kind === 'distribution' ? percentile(one.answer, 0.95)?.value : undefined
    expect(longest).toBeGreaterThan(1e-3)
    expect(lines.get('left')).toBe('0 0')
  })
})
