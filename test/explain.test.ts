// What explains what: of two processes the use of one is no symptom of the other's; waiting, and being watched, are.
import { expect, test } from 'vitest'
import { explained } from '../src/diagnose/explain.ts'
import type { Finding } from '../src/model/finding.ts'
import { builtinLibrary } from './support/library.ts'

const { checks } = await builtinLibrary()

function finding(check: string, instance: string): Finding {
  const { use, weight = 'alarm' } = checks.get(check)?.document ?? {}
  if (use === undefined) throw new Error(`no check ${check}`)
  return { check, instance, status: 'warn', weight, text: '', use, evidence: [], culprits: [] }
}

const explainedBy = (findings: readonly Finding[]) =>
  explained(findings, checks, new Set()).map(({ check, instance, explainedBy: by }) => [check, instance, by])

test('a log flood explains the small writes of its own process only', () => {
  const found = explainedBy([
    finding('fs.log_flood', '10'),
    finding('cpu.small_calls', '10'),
    finding('cpu.small_calls', '11'),
  ])
  expect(found).toEqual([
    ['fs.log_flood', '10', undefined],
    ['cpu.small_calls', '10', ['fs.log_flood']],
    ['cpu.small_calls', '11', undefined],
  ])
})

test('a real-time task explains that another process waits for the CPU', () => {
  const [, victim] = explainedBy([finding('cpu.realtime_hog', '10'), finding('cpu.waiting_process', '11')])
  expect(victim).toEqual(['cpu.waiting_process', '11', ['cpu.realtime_hog']])
})

test('a tracer explains the kernel time of what it traces', () => {
  const [, traced] = explainedBy([finding('observer.tracer_attached', '10'), finding('cpu.kernel_calls', '11')])
  expect(traced).toEqual(['cpu.kernel_calls', '11', ['observer.tracer_attached']])
})
