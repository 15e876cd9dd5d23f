// SIGKILL in the middle of a histogram with synthetic events, a SystemTap module and an LTTng session: nothing is left after the next start.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { reason, required, resultOf } from './result.ts'

const NOTHING = { processes: [], instances: [], definitions: [], modules: [], files: [] }
const { lines } = reason === '' ? resultOf('killed') : { lines: new Map<string, string>() }
const told = (name: string): unknown => JSON.parse(lines.get(name) ?? 'null')
const text = expect.any(String)
const some = expect.arrayContaining([text])

describe.skipIf(reason !== '')(reason === '' ? 'killed in the lab' : `killed in the lab (${reason})`, () => {
  test('a histogram of synthetic events, and probes of functions', () => {
    expect(told('histogram before')).toMatchObject({ instances: some, definitions: [text, text, text], files: some })
    expect(told('histogram after')).toEqual(NOTHING)
  })

  test.skipIf(!required && !existsSync(join(inject('labShare'), 'lab_switches.ko')))('a module of SystemTap', () => {
    expect(told('systemtap before')).toMatchObject({ modules: ['lab_switches'], processes: some, files: some })
    expect(told('systemtap after')).toEqual(NOTHING)
  })

  test.skipIf(!required && !lines.has('lttng before'))('a session of LTTng, and the daemon started for it', () => {
    expect(told('lttng before')).toMatchObject({ modules: ['lttng_tracer'], files: some })
    expect((told('lttng before') as { processes: string[] }).processes).toContain('lttng-sessiond')
    expect(told('lttng after')).toEqual(NOTHING)
  })
})
