// Readings of two sources about the same instances: the first keeps what it measured, and what an instance is comes from whoever tells.
import { expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import { addReading, noFacts } from '../src/measure/facts.ts'
import type { Instance, Value } from '../src/model/metric.ts'
import { statusBy } from './support/verdict.ts'
import { builtinLibrary } from './support/library.ts'

const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
const process = (name: string, values: Readonly<Record<string, Value>>): Instance => ({
  domain: 'process',
  name,
  labels: { pid: name, comm: `p${name}` },
  values,
})

/** pidstat lists who did something; a scan of /proc sees all. */
function bothSources() {
  const facts = noFacts()
  const listed = [process('7', { 'process.kernel': 0, 'process.cpu': [90], 'process.voluntary_switches': [5] })]
  const scanned = [
    process('7', { 'process.kernel': 0, 'process.cpu': [88], 'process.uninterruptible': 0 }),
    process('41', { 'process.kernel': 0, 'process.cpu': [0], 'process.uninterruptible': 100 }),
    process('78', { 'process.kernel': 1, 'process.cpu': [0], 'process.uninterruptible': 100 }),
  ]
  const gives = ['process.kernel', 'process.cpu']
  addReading(facts, 'pidstat', [...gives, 'process.voluntary_switches'], { instances: listed }, catalogue)
  addReading(facts, 'proc_processes', [...gives, 'process.uninterruptible'], { instances: scanned }, catalogue)
  return facts
}

test('a measurement stays that of the first source', () => {
  const processes = bothSources().instances.get('process')
  expect(processes?.get('7')?.values.get('process.cpu')).toEqual([90])
  expect(processes?.get('41')?.values.has('process.cpu')).toBe(false)
  expect(processes?.get('41')?.values.get('process.kernel')).toBe(0)
  expect(processes?.get('78')?.values.get('process.kernel')).toBe(1)
})

test('a process that hangs and so is not in the list of pidstat is judged, a kernel thread is not', async () => {
  const { status, each, where, params } = (await builtinLibrary()).checks.get('task.blocked')!.document
  const check = { status, ...(each ? { each } : {}), ...(where ? { where } : {}), ...(params ? { params } : {}) }
  const facts = bothSources()
  expect(statusBy(check, facts)).toBe('warn')
  facts.instances.get('process')?.delete('41')
  expect(statusBy(check, facts)).toBe('ok')
})
