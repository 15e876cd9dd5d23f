// What an ok of many instances says: how many, and between which values they lie.
import { expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import { spread } from '../src/judge/spread.ts'
import type { InstanceFacts } from '../src/measure/facts.ts'
import type { Value } from '../src/model/metric.ts'

const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))

function disk(name: string, values: Readonly<Record<string, Value>>): InstanceFacts {
  return { domain: 'disk', name, labels: {}, values: new Map(Object.entries(values)) }
}

test('the lowest and the highest median are told, each once', () => {
  const disks = [disk('sda', { 'disk.read_await': [0.001, 0.009, 0.002] }), disk('sdb', { 'disk.read_await': [0.004] })]
  expect(spread(['disk.read_await'], 'disk', disks, catalogue)).toBe(
    '2 disks within limits: disk.read_await 2 ms to 4 ms',
  )
  expect(spread(['disk.read_await'], 'disk', disks.slice(1), catalogue)).toBe(
    '1 disk within limits: disk.read_await 4 ms',
  )
})

test('metrics of the host, names, and what no instance has are passed over', () => {
  const one = [disk('sda', { 'disk.model': 'x', 'disk.read_await': [0.004] })]
  const looked = ['cpu.utilization', 'disk.queue', 'disk.read_await']
  expect(spread(looked, 'disk', one, catalogue)).toBe('1 disk within limits: disk.read_await 4 ms')
  expect(spread(['cpu.utilization'], 'disk', one, catalogue)).toBe('1 disk within limits')
  expect(spread(looked, 'disk', [], catalogue)).toBe('no disk to judge')
})
