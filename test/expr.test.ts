// Expressions: units, statistics, missing data, positions of mistakes.
import { describe, expect, test } from 'vitest'
import { compileExpression, compileTemplate, type Lookup, type Scope } from '../src/expr/index.ts'
import { metrics } from '../src/generated/metrics.ts'
import { parseQuantity } from '../src/model/unit.ts'
import { isUnavailable, unavailable } from '../src/model/unavailable.ts'

const catalogue = new Map(metrics.map((m) => [m.id, m]))
const params = new Map(
  Object.entries({ share: '10%', queue: '1', limit: '1GiB' }).map(([k, v]) => [k, parseQuantity(v)!]),
)
const scope: Scope = { use: 'status', metrics: catalogue, params }
const lookup = (values: Record<string, number | string | number[]>): Lookup => ({ metric: (id) => values[id] })
const run = (text: string, values: Record<string, number | string | number[]>, s: Scope = scope) => {
  const { expression, problems } = compileExpression(text, s)
  expect(problems).toEqual([])
  return expression!.evaluate(lookup(values))
}
const mistakes = (text: string, s: Scope = scope) =>
  compileExpression(text, s).problems.map((p) => [p.code, text.slice(p.start, p.end), p.hint])

describe('values', () => {
  test('a median ignores one spike', () => {
    expect(run('cpu.runnable.median > queue * cpu.usable', { 'cpu.runnable': [1, 0, 22, 1, 1], 'cpu.usable': 4 })).toBe(
      false,
    )
    expect(run('cpu.runnable.median > queue * cpu.usable', { 'cpu.runnable': [5, 6, 0, 7, 9], 'cpu.usable': 4 })).toBe(
      true,
    )
  })
  test('a share of two sizes compares with a percentage', () => {
    expect(run('memory.available.last / memory.total < share', { 'memory.available': [5], 'memory.total': 100 })).toBe(
      true,
    )
    expect(run('memory.available.last < share * memory.total', { 'memory.available': [15], 'memory.total': 100 })).toBe(
      false,
    )
    expect(run('memory.total > limit', { 'memory.total': 2 ** 31 })).toBe(true)
  })
  test('counts mix with whole numbers', () => {
    expect(run('tcp.listen_overflows > 0', { 'tcp.listen_overflows': 3 })).toBe(true)
    expect(run('cpu.usable == 1', { 'cpu.usable': 1 })).toBe(true)
  })
})

describe('missing data', () => {
  test('is absorbed when the other side decides, in either order', () => {
    expect(run('cpu.usable > 1 && cpu.steal.median > share', { 'cpu.usable': 1 })).toBe(false)
    expect(run('cpu.steal.median > share && cpu.usable > 1', { 'cpu.usable': 1 })).toBe(false)
    expect(run('cpu.steal.median > share || cpu.usable > 0', { 'cpu.usable': 1 })).toBe(true)
  })
  test('else makes the condition unknown, with the reason of the source', () => {
    const { expression } = compileExpression('cpu.pressure.some > share', scope)
    const why = unavailable('not supported', 'no /proc/pressure')
    expect(expression!.evaluate({ metric: () => why })).toEqual(why)
    expect(isUnavailable(expression!.evaluate(lookup({})))).toBe(true)
  })
  test('known() asks without failing', () => {
    expect(run('!known(cpu.steal) || cpu.steal.median > share', {})).toBe(true)
    expect(run('known(cpu.steal)', { 'cpu.steal': [1] })).toBe(true)
  })
  test('a division by zero is unknown, not an alarm', () => {
    expect(
      isUnavailable(
        run('memory.swap_used.last / memory.swap_total > share', { 'memory.swap_used': [5], 'memory.swap_total': 0 }),
      ),
    ).toBe(true)
  })
})

describe('mistakes have a place and a cure', () => {
  test.each([
    [
      'cpu.utilization.median > memory.total',
      'unit-mismatch',
      'cpu.utilization.median > memory.total',
      'compare things of the same unit',
    ],
    ['cpu.utilization > share', 'statistic-missing', 'cpu.utilization', undefined],
    ['cpu.utilzation.median > share', 'unknown-name', 'cpu.utilzation.median', 'did you mean cpu.utilization.median?'],
    ['cpu.runnable.medan > queue', 'unknown-statistic', 'cpu.runnable.medan', 'did you mean median?'],
    ['cpu.usable.median > queue', 'no-statistic', 'cpu.usable.median', 'write cpu.usable'],
    ['block.latency_by > queue', 'not-comparable', 'block.latency_by', 'did you mean block.latency.p99?'],
    ['cgroup.throttles > queue', 'not-comparable', 'cgroup.throttles', 'did you mean cgroup.throttle_time.p99?'],
    ['known(cpu.hot_stacks)', 'not-comparable', 'known(cpu.hot_stacks)', undefined],
    ['network.fragments_by.max > queue', 'not-comparable', 'network.fragments_by.max', undefined],
    ['disk.queue.median > queue', 'instance-metric', 'disk.queue.median', 'add `each: disk` to the check'],
    ['cpu.runnable.median > 14', 'naked-threshold', '14', undefined],
    ['cpu.steal.median > 25%', 'naked-threshold', '25%', undefined],
    ['cpu.runnable.median', 'not-a-condition', 'cpu.runnable.median', 'compare it with a param'],
    ['cpu.usable >', 'syntax', '>', undefined],
    ['foo(cpu.usable)', 'unknown-function', 'foo', undefined],
  ])('%s', (text, code, where, hint) => {
    const found = mistakes(text)
    expect(found.map((m) => m[0])).toContain(code)
    const [, at, cure] = found.find((m) => m[0] === code)!
    expect(at).toBe(where)
    if (hint !== undefined) expect(cure).toBe(hint)
  })
  test('a quantity in a condition is warned about and works', () => {
    const { expression, problems } = compileExpression('cpu.steal.median > 25%', scope)
    expect(problems.map((p) => p.severity)).toEqual(['warning'])
    expect(expression!.evaluate(lookup({ 'cpu.steal': [30] }))).toBe(true)
  })
})

test('a template prints units, and ? for what is not known', () => {
  const { template, problems } = compileTemplate(
    '${cpu.runnable.median} tasks on ${cpu.usable} CPUs, ${memory.total}',
    { ...scope, use: 'template' },
  )
  expect(problems).toEqual([])
  expect(template!.fill(lookup({ 'cpu.runnable': [14], 'memory.total': 2 ** 31 }))).toBe('14 tasks on ? CPUs, 2 GiB')
})

test('a step reads statuses and answers', () => {
  const when: Scope = {
    use: 'when',
    metrics: catalogue,
    checks: new Set(['cpu.busy']),
    answers: new Map([['since', ['now', 'always']]]),
  }
  const { expression, problems } = compileExpression('cpu.busy.firing && answer.since == "now"', when)
  expect(problems).toEqual([])
  expect(expression!.checks).toEqual(['cpu.busy'])
  expect(expression!.evaluate({ metric: () => undefined, status: () => 'warn', answer: () => 'now' })).toBe(true)
  expect(mistakes('cpu.bsy.firing', when)[0]?.[2]).toBe('did you mean cpu.busy?')
})
