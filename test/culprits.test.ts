// Who is blamed: one line for each name, whichever rules name it, and of a group only its members.
import { expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import { culpritsOf } from '../src/judge/culprits.ts'
import { addReading, noFacts } from '../src/measure/facts.ts'
import type { Culprit } from '../src/model/finding.ts'
import { membersOnly } from '../src/run/name-culprits.ts'

const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
test('who was killed and runs again is named once, with the number it has now', () => {
  const facts = noFacts()
  const shop = { domain: 'process' as const, name: '42', labels: { pid: '42', comm: 'shop' } }
  const other = { domain: 'process' as const, name: '7', labels: { pid: '7', comm: 'other' } }
  const killed = { domain: 'process' as const, name: 'shop', labels: { comm: 'shop' } }
  const instances = [
    { ...other, values: { 'process.rss': 900 } },
    { ...shop, values: { 'process.rss': 800 } },
    { ...killed, values: { 'process.recent_kills': 3 } },
  ]
  addReading(facts, 'test', ['process.rss', 'process.recent_kills'], { instances }, catalogue)
  const rules = ['process.recent_kills', 'process.rss'].map((by) => ({
    kind: 'ranked' as const,
    domain: 'process' as const,
    by,
  }))
  expect(culpritsOf(rules, undefined, facts, catalogue)).toMatchObject([
    { name: 'shop', pid: 42, by: 'process.recent_kills 3' },
    { name: 'other', pid: 7 },
  ])
})

test('of a group only its members, in whichever hierarchy, and those who ended meanwhile', () => {
  const group: Culprit = { kind: 'cgroup', name: '/shop' }
  const groups = new Map([
    [1, ['/shop']],
    [2, ['/system.slice', '/shop/worker']],
    [4, ['/shopping']],
    [5, []],
  ])
  const some = (...pids: number[]) => pids.map((pid): Culprit => ({ kind: 'process', name: `p${pid}`, pid }))
  const of = (culprits: Culprit[]) => membersOnly(culprits, ({ pid = 0 }) => groups.get(pid))
  expect(of([group, ...some(1, 2, 3, 4, 5)])).toEqual([group, ...some(1, 2, 3)])
  expect(of([{ kind: 'cgroup', name: '/' }, ...some(4, 5)])).toHaveLength(3)
  expect(of(some(4, 5))).toEqual(some(4, 5))
})
