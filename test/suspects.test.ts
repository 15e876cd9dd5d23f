// Who is looked at closer: the processes that stood out, the target first, never kernel threads, and not more than a few.
import { expect, test } from 'vitest'
import { addReading, noFacts } from '../src/measure/facts.ts'
import { suspectsOf } from '../src/measure/suspects.ts'
import type { Instance, Value } from '../src/model/metric.ts'
import { comesBack, waitCall, waitersByWord } from '../src/parse/wait-call.ts'
import { metrics } from '../src/generated/metrics.ts'
import { context } from './support/context.ts'

const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))

function factsOf(processes: readonly { pid: number; values: Record<string, Value> }[]) {
  const facts = noFacts()
  const instances = processes.map(({ pid, values }): Instance => ({
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm: `p${pid}` },
    values,
  }))
  const gives = [...new Set(processes.flatMap(({ values }) => Object.keys(values)))]
  addReading(facts, 'test', gives, { instances }, catalogue)
  return facts
}

test('one that computes, one that waits for a CPU, one with a queue at its lock; not the idle one and no kernel thread', () => {
  const facts = factsOf([
    { pid: 10, values: { 'process.cpu': [95, 99], 'process.threads': 3 } },
    { pid: 11, values: { 'process.cpu': [0, 1], 'process.cpu_wait': [80, 90] } },
    { pid: 12, values: { 'process.lock_queue': [4, 5] } },
    { pid: 13, values: { 'process.cpu': [1, 0] } },
    { pid: 14, values: { 'process.cpu': [99, 99], 'process.kernel': 1 } },
  ])
  expect(suspectsOf(facts, context())).toEqual([
    { pid: 10, comm: 'p10', threads: 3 },
    { pid: 11, comm: 'p11' },
    { pid: 12, comm: 'p12' },
  ])
})

test('the target is looked at though it does nothing, and before all others', () => {
  const target = {
    text: 'pid:77',
    kind: 'process' as const,
    name: 'shop (pid 77)',
    processes: [{ pid: 77, comm: 'shop', start: 1, threads: 9 }],
    total: 1,
    groups: [],
  }
  const facts = factsOf([{ pid: 10, values: { 'process.cpu': [95, 99] } }])
  expect(suspectsOf(facts, context({ target })).map(({ pid }) => pid)).toEqual([77, 10])
})

test('of many busy ones the busiest few', () => {
  const facts = factsOf(
    Array.from({ length: 50 }, (_, i) => ({ pid: 100 + i, values: { 'process.cpu': [20 + i, 20 + i] } })),
  )
  expect(suspectsOf(facts, context()).map(({ pid }) => pid)).toEqual([149, 148, 147, 146])
})

// What the kernel printed of one program with every lock and condition of pthreads (glibc 2.36, 2.41 of Debian 13, musl 1.2.3), and of one in Rust 1.63.
test.each([
  ['lock', 'glibc mutex', '202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b'],
  [
    'lock',
    'glibc robust',
    '202 0x56246392eac0 0x0 0x800033e6 0x0 0x56246392eae0 0x7f9de67cc6c0 0x7f9de67cbe70 0x7f9de9862043',
  ],
  [
    'lock',
    'glibc inheriting',
    '202 0x56246392ea40 0x86 0x0 0x0 0x7ffef799b2e7 0x7f9de57ca6c0 0x7f9de57c9e68 0x7f9de985bf95',
  ],
  ['either', 'glibc read-write', '202 0x5654dc60916c 0x189 0x3 0x0 0x0 0xffffffff 0x7f8e36e15e40 0x7f8e3b6a8e96'],
  ['condition', 'glibc 2.36', '202 0xfa1b630 0x189 0x0 0x0 0x0 0xffffffff 0x7f0762312c70 0x7f0762b9ef16'],
  [
    'either',
    'glibc 2.41, nine signals',
    '202 0x55bf5187ec04 0x189 0x3 0x0 0x0 0xffffffff 0x7fcc774bddc8 0x7fcc7755c72e',
  ],
  [
    'condition',
    'the same, timed',
    '202 0x55bf5187ec04 0x189 0x3 0x7fcc764bbeb0 0x0 0xffffffff 0x7fcc764bbda8 0x7fcc7755c72e',
  ],
  ['lock', 'musl mutex', '202 0x40ec44 0x80 0xffffffff80000010 0x0 0x0 0x0 0x7f6d83511de8 0x40ad19'],
  ['lock', 'musl recursive', '202 0x40eb44 0x80 0xffffffff8000331f 0x0 0x0 0x0 0x7f6d834cbde8 0x40ad19'],
  ['condition', 'musl, in its frame', '202 0x7f6d83557e64 0x80 0x2 0x0 0x0 0x0 0x7f6d83557db8 0x40ad19'],
  ['either', 'Rust mutex', '202 0x55eb4260fa20 0x89 0x2 0x0 0x0 0x7f78ffffffff 0x7f78420d6ce8 0x7f78429e6829'],
  ['either', 'Rust, two signals', '202 0x55e23a685afc 0x89 0x2 0x0 0x0 0xffffffff 0x7fbf5b811c88 0x7fbf5bd19829'],
  ['condition', 'Rust park', '202 0x55eb42610cc8 0x89 0xffffffff 0x0 0x0 0xffffffff 0x7f7841ad3ce8 0x7f78429e6829'],
] as const)('%s: %s', (kind, _, text) => {
  expect(waitCall(text)).toMatchObject({ kind })
})

test('a lock is held and waited for; a condition is not a lock; what runs waits for nothing', () => {
  const lock = '202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b'
  expect(waitCall(lock)).toEqual({ word: '0x563d82ed80a0', kind: 'lock', timed: false, value: 2 })
  const pool = '202 0xfa1b630 0x189 0x0 0x0 0x0 0xffffffff 0x7f0762312c70 0x7f0762b9ef16'
  expect(waitCall(pool)).toMatchObject({ kind: 'condition', timed: false })
  const interpreter = '202 0xa5b6c0 0x189 0x0 0x7fff5e0 0x0 0xffffffff 0x7f0762312c70 0x7f0762b9ef16'
  expect(waitCall(interpreter)).toMatchObject({ kind: 'condition', timed: true })
  const readWrite = '202 0x5654dc60916c 0x189 0x3 0x0 0x0 0xffffffff 0x7f8e36e15e40 0x7f8e3b6a8e96'
  expect(waitCall(readWrite)).toMatchObject({ kind: 'either', timed: false })
  for (const other of ['running', '-1 0x7ff00a397ed0 0x5646f2cf64ca', '1 0x2 0x3 0x4 0x0 0x0 0x0 0x7f 0x7f', undefined])
    expect(waitCall(other)).toBeUndefined()
  const waiters = waitersByWord(
    [lock, lock, pool].map((text, i) => [i, waitCall(text)] as const),
    ({ kind }) => kind === 'lock',
  )
  expect([...waiters.values()]).toEqual([[0, 1]])
})

test('who runs and comes back to the same word for the same value has met a lock; a condition has counted the signal', () => {
  const at = (value: string) =>
    waitCall(`202 0x55eb42610a20 0x89 ${value} 0x0 0x0 0xffffffff 0x7f78420d6ce8 0x7f78429e6829`)
  expect(comesBack(at('0x2'), at('0x2'), true)).toBe(true)
  expect(comesBack(at('0x2'), at('0x2'), false)).toBe(false)
  expect(comesBack(at('0x2'), at('0x3'), true)).toBe(false)
  expect(comesBack(undefined, at('0x2'), true)).toBe(false)
  expect(comesBack(at('0x0'), at('0x0'), true)).toBe(false)
})
