// The `tests:` of a check → pass or fail of each: facts are made from `given`, judged by the same code as a real host's.
import { addReading, noFacts, type Facts } from '../measure/facts.ts'
import type { CheckDocument, CheckTest, Loaded, Status } from '../model/check.ts'
import type { Domain, Instance, Metric, Value } from '../model/metric.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'
import { judge, statusOf } from './judge.ts'
import { checkProgram } from './program.ts'

export interface TestOutcome {
  readonly check: string
  readonly name: string
  readonly passed: boolean
  readonly expected: Status
  readonly got: Status
  /** What the findings said, for a failure. */
  readonly said: string
  readonly mistake?: string
}

export function runTests(loaded: Loaded<CheckDocument>, catalogue: ReadonlyMap<string, Metric>): TestOutcome[] {
  return (loaded.document.tests ?? []).map((test, i) => runTest(loaded, test, test.name ?? `test ${i + 1}`, catalogue))
}

function runTest(
  loaded: Loaded<CheckDocument>,
  test: CheckTest,
  name: string,
  catalogue: ReadonlyMap<string, Metric>,
): TestOutcome {
  const overrides = new Map<string, Quantity>()
  for (const [param, text] of Object.entries(test.params ?? {})) {
    const value = parseQuantity(String(text))
    if (value) overrides.set(`${loaded.id}.${param}`, value)
  }
  const program = checkProgram(loaded, catalogue, overrides)
  const { facts, mistake } = given(test.given, catalogue, program.needs)
  const findings = judge(program, facts, catalogue)
  const got = statusOf(findings)
  const said = findings
    .map((f) => [f.text, ...f.culprits.map((c) => [c.kind, c.name, c.pid ?? ''].join(' '))].join(' | '))
    .join('; ')
  const named = test.names === undefined || said.includes(test.names)
  const problem = mistake ?? (named ? undefined : `nothing names ${test.names}`)
  return {
    check: loaded.id,
    name,
    passed: got === test.expect && problem === undefined,
    expected: test.expect,
    got,
    said,
    ...(problem === undefined ? {} : { mistake: problem }),
  }
}

/** `given` of a test → facts. What is not given is not measured. `process: [{name: 12, process.cpu: 90%}]` gives instances. */
export function given(
  values: Readonly<Record<string, unknown>>,
  catalogue: ReadonlyMap<string, Metric>,
  needs: readonly string[],
): { facts: Facts; mistake?: string } {
  const host: Record<string, Value> = {}
  const instances: Instance[] = []
  const gives = new Set<string>()
  let mistake: string | undefined
  for (const [key, raw] of Object.entries(values)) {
    if (Array.isArray(raw) && raw.every((one) => typeof one === 'object' && one !== null)) {
      for (const id of needs) if (catalogue.get(id)?.per === key) gives.add(id)
      for (const one of raw as Record<string, unknown>[]) instances.push(instanceOf(key as Domain, one, catalogue))
      continue
    }
    const metric = catalogue.get(key)
    const value = metric ? valueOf(raw, metric) : undefined
    if (value === undefined)
      mistake ??= metric ? `${key}: ${JSON.stringify(raw)} is not ${metric.dimension}` : `nothing is called ${key}`
    else {
      host[key] = value
      gives.add(key)
    }
  }
  const facts = noFacts()
  addReading(facts, 'test', [...gives], { host, instances }, catalogue)
  return mistake === undefined ? { facts } : { facts, mistake }
}

function instanceOf(
  domain: Domain,
  one: Readonly<Record<string, unknown>>,
  catalogue: ReadonlyMap<string, Metric>,
): Instance {
  const labels: Record<string, string> = {}
  const values: Record<string, Value> = {}
  for (const [key, raw] of Object.entries(one)) {
    const metric = catalogue.get(key)
    const value = metric ? valueOf(raw, metric) : undefined
    if (value !== undefined) values[key] = value
    else labels[key] = String(raw)
  }
  const name =
    [one['name'], one['pid']].find((id) => typeof id === 'string' || typeof id === 'number')?.toString() ?? domain
  if (domain === 'process') labels['pid'] ??= name
  return { domain, name, labels, values }
}

function valueOf(raw: unknown, metric: Metric): Value | undefined {
  if (metric.dimension === 'text') return String(raw)
  const numbers = (Array.isArray(raw) ? raw : [raw]).map((one) => numberOf(one, metric))
  if (numbers.some((n) => n === undefined)) return undefined
  const found = numbers as number[]
  return metric.kind === 'gauge' || metric.kind === 'histogram' ? found : found[0]
}

function numberOf(raw: unknown, metric: Metric): number | undefined {
  if (metric.dimension === 'flag') return raw === true || raw === 1 ? 1 : 0
  const quantity = parseQuantity(String(raw))
  if (!quantity) return undefined
  return quantity.dimension === metric.dimension || (quantity.dimension === 'count' && quantity.value === 0)
    ? quantity.value
    : undefined
}
