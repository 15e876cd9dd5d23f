// The shipped checks, runbooks and causes → proof that each check does what its tests say, and that together they follow the laws of the method.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileExpression, compileTemplate, type Scope } from '../src/expr/index.ts'
import { metrics } from '../src/generated/metrics.ts'
import { culpritRules, checkProgram } from '../src/judge/program.ts'
import { runTests } from '../src/judge/inline-tests.ts'
import type { CauseAdvice, CheckDocument, KnobAdvice, Loaded, Status } from '../src/model/check.ts'
import type { RunbookDocument, Step } from '../src/model/runbook.ts'
import { parseQuantity } from '../src/model/unit.ts'
import { builtinLibrary } from './support/library.ts'

interface CauseEntry {
  readonly title: string
  readonly use: string
  readonly advice?: CauseAdvice
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
const checks = documents<CheckDocument>('checks', '.')
const runbooks = documents<RunbookDocument>('runbooks', '/')
const causes = parse(readFileSync(join(root, 'causes.yaml'), 'utf8')) as Readonly<Record<string, CauseEntry>>
const ids = new Set(checks.map((check) => check.id))

describe.each(checks)('$id', (check) => {
  const { id, document } = check
  const params = new Map(
    Object.entries(document.params ?? {}).map(([name, param]) => [name, parseQuantity(String(param.default))]),
  )
  const scope: Scope = {
    use: 'status',
    metrics: catalogue,
    params: new Map([...params].flatMap(([name, value]) => (value ? [[name, value] as const] : []))),
    ...(document.each ? { each: document.each } : {}),
  }

  test('compiles, and has no threshold without a name', () => {
    checkProgram(check, catalogue)
    for (const text of [document.status.critical, document.status.warn])
      if (text !== undefined) expect(compileExpression(text, scope).problems).toEqual([])
    if (document.where !== undefined)
      expect(compileExpression(document.where, { ...scope, use: 'where' }).problems).toEqual([])
    for (const text of [document.finding, document.advice ?? ''])
      expect(compileTemplate(text, { ...scope, use: 'template' }).problems).toEqual([])
  })

  test('says why, and each threshold has a unit, help and a source', () => {
    expect(document.why.trim().split(/[.?:]\s/).length).toBeGreaterThanOrEqual(2)
    expect(document.advice).toBeTruthy()
    for (const [name, param] of Object.entries(document.params ?? {})) {
      expect(params.get(name), name).toBeDefined()
      expect([param.help, param.source].every(Boolean), `${name} has help and source`).toBe(true)
    }
    const conditions = [document.status.critical, document.status.warn, document.where].join(' ')
    for (const name of params.keys()) expect(conditions, `${name} is used`).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test('no metric has its name; what it explains and blames exists', () => {
    expect(catalogue.has(id)).toBe(false)
    expect((document.explains ?? []).filter((other) => !ids.has(other) || other === id)).toEqual([])
    for (const rule of culpritRules(document.culprit)) {
      if (rule.kind === 'instance') expect(document.each).toBeDefined()
      else expect(catalogue.get(rule.by)?.per).toBe(rule.domain)
    }
    if (document.use === 'none') expect(document.topic).toBeTruthy()
  })

  test('has at least four tests, one for each status it can have', () => {
    const reachable: Status[] = [
      'ok',
      'unknown',
      ...(document.status.critical ? (['critical'] as const) : []),
      ...(document.status.warn ? (['warn'] as const) : []),
    ]
    const tested = new Set((document.tests ?? []).map((one) => one.expect))
    expect(reachable.filter((status) => !tested.has(status))).toEqual([])
    expect(document.tests?.length ?? 0).toBeGreaterThanOrEqual(4)
  })

  test('does what its tests say', () => {
    expect(runTests(check, catalogue).filter((outcome) => !outcome.passed)).toEqual([])
  })
})

describe.each(runbooks)('runbook $id', ({ id, document }) => {
  const steps = flat(document.steps)

  test('every check, runbook and status it mentions exists', () => {
    for (const step of steps) {
      for (const name of named(step)) expect(ids, `${id} mentions ${name}`).toContain(name)
      if ('follow' in step) expect(runbooks.map((other) => other.id)).toContain(step.follow)
      if (step.when !== undefined) expect(whenProblems(step.when), step.when).toEqual([])
    }
  })

  test('reads no status that no earlier step can have judged', () => {
    const judged = new Set<string>()
    for (const step of steps) {
      for (const name of statuses(step.when)) expect(judged, `${id}: ${step.when}`).toContain(name)
      for (const name of judgedBy(step)) judged.add(name)
    }
  })

  test('every cause is in the catalogue, has advice, and who is to blame was judged', () => {
    for (const step of steps) {
      if (!('conclude' in step)) continue
      expect(step.when).toBeTruthy()
      if (step.cause === undefined) continue
      expect(Object.keys(causes)).toContain(step.cause)
      expect(causes[step.cause]?.advice, `advice of ${step.cause}`).toBeDefined()
      if (step.blame !== undefined) expect(statuses(step.when), `${step.cause} blames what fired`).toContain(step.blame)
    }
  })

  test('clears what it looked at', () => {
    expect(steps.some((step) => 'conclude' in step && step.cause === undefined)).toBe(true)
  })
})

describe('causes.yaml', () => {
  test.each(Object.entries(causes))('%s', (_id, cause) => {
    expect(cause.title).toBeTruthy()
    expect(cause.use).toMatch(/^(none|[a-z]+\.(utilization|saturation|errors))$/)
    for (const text of texts(cause.advice)) {
      expect(compileTemplate(text, { use: 'template', metrics: catalogue }).problems, text).toEqual([])
      expect(text).not.toMatch(/drop_caches *$|nobarrier|mkfs|rm -rf|kill -9|dmesg -[cC]/)
    }
    for (const knob of cause.advice?.tune ?? []) expect(knob.revert).toBeTruthy()
  })
})

test('the loader has nothing to say against any of it, not even a warning', async () => {
  const library = await builtinLibrary()
  expect(library.diagnostics).toEqual([])
  expect(library.checks.size).toBe(checks.length)
})

test('no metric is in the catalogue twice', () => {
  const ids = metrics.map(({ id }) => id)
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
})

test('every check is judged by some runbook, and every alarm can become a diagnosis or is explained', () => {
  const judged = new Set(runbooks.flatMap(({ document }) => flat(document.steps).flatMap(named)))
  expect([...ids].filter((id) => !judged.has(id))).toEqual([])
  const concluded = new Set(
    runbooks.flatMap(({ document }) =>
      flat(document.steps).flatMap((step) => ('conclude' in step && step.cause ? statuses(step.when) : [])),
    ),
  )
  const alarms = checks.filter((check) => (check.document.weight ?? 'alarm') === 'alarm').map((check) => check.id)
  expect(alarms.filter((id) => !concluded.has(id))).toEqual([])
})

test('every cause of the catalogue can be concluded', () => {
  const concluded = new Set(
    runbooks.flatMap(({ document }) =>
      flat(document.steps).flatMap((step) => ('conclude' in step ? (step.cause ?? []) : [])),
    ),
  )
  expect(Object.keys(causes).filter((id) => !concluded.has(id))).toEqual([])
})

function documents<T>(folder: string, joined: string): Loaded<T>[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      id: file
        .replace(/\.yaml$/, '')
        .split('/')
        .join(joined),
      file: join(folder, file),
      document: parse(readFileSync(join(root, folder, file), 'utf8'), { uniqueKeys: true }) as T,
    }))
}

function flat(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => ('group' in step ? [step, ...flat(step.steps)] : [step]))
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

/** Checks a step mentions by name, its condition not included. */
function named(step: Step): readonly string[] {
  if ('check' in step) return list(step.check)
  if ('wait' in step) return list(step.wait)
  if ('escalate' in step) return list(step.judge ?? [])
  if ('assume' in step) return Object.keys(step.assume)
  return []
}

function judgedBy(step: Step): readonly string[] {
  if (!('follow' in step)) return named(step)
  const followed = runbooks.find((runbook) => runbook.id === step.follow)
  return followed ? flat(followed.document.steps).flatMap(named) : []
}

function statuses(when: string | undefined): readonly string[] {
  return when === undefined ? [] : (compileExpression(when, whenScope()).expression?.checks ?? [])
}

function whenScope(): Scope {
  return { use: 'when', metrics: catalogue, checks: ids, answers: new Map() }
}

function whenProblems(when: string): unknown {
  return compileExpression(when, whenScope()).problems
}

function texts(advice: CauseAdvice | undefined): string[] {
  const knobs = (advice?.tune ?? []).flatMap((knob: KnobAdvice) =>
    [knob.knob, knob.current, knob.change, knob.revert, knob.caution].flatMap((text) => text ?? []),
  )
  return [...(advice?.remove ?? []), ...(advice?.move ?? []), ...knobs, ...(advice?.add ?? [])]
}
