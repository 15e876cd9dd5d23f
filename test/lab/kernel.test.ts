// A stock Debian kernel has what probes need, the instruments see the workloads, and the product runs there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import { numberOf, reason, required, resultOf } from './result.ts'

const reportOf = (program: string) => JSON.parse(resultOf(program).stdout) as Report
const lttng = reason === '' && resultOf('instruments').lines.has('lttng')

describe.skipIf(reason !== '')(reason === '' ? 'kernel lab' : `kernel lab (${reason})`, () => {
  test.each(['kprobe', 'hist', 'synthetic event', 'function_graph', 'btf'])('the kernel does it: %s', (mechanism) => {
    expect(numberOf(resultOf('mechanisms'), mechanism)).toBeGreaterThan(0)
  })

  test('trying them left nothing behind', () => {
    const { status, stderr, lines } = resultOf('mechanisms')
    expect({ status, stderr, left: lines.get('left behind') }).toEqual({ status: 0, stderr: '', left: '' })
  })

  // What each does at least in two seconds of emulation; the disk does 100 requests a second.
  test.each([
    ['spin', 5],
    ['sync', 40],
    ['flush', 40],
    ['mutex', 20],
    ['refused', 20],
    ['forks', 10],
    ['faults', 10_000],
    ['failing', 20],
    ['connects', 20],
    ['stream', 1],
    ['throttled', 5],
  ])('the workload works: %s', (name, least) => {
    const [before = Number.NaN, after = Number.NaN] = (resultOf('workloads').lines.get(name) ?? '')
      .split(' ')
      .map(Number)
    expect(after - before).toBeGreaterThanOrEqual(least)
  })

  test.each(['bpftrace', 'perf', 'perf stacks', 'libbpf-tools'])('the instrument sees it: %s', (instrument) => {
    expect(numberOf(resultOf('instruments'), instrument)).toBeGreaterThan(0)
  })

  test.skipIf(!required && !existsSync(join(inject('labShare'), 'lab_switches.ko')))(
    'SystemTap: a module compiled out here counts switches in there',
    () => {
      expect(numberOf(resultOf('instruments'), 'systemtap')).toBeGreaterThan(0)
    },
  )

  test.skipIf(!required && !lttng)('LTTng: modules built for that kernel record switches', () => {
    expect(numberOf(resultOf('instruments'), 'lttng')).toBeGreaterThan(0)
  })

  test('an idle guest: exit 0, nothing diagnosed', () => {
    const report = reportOf('idle')
    expect(report.diagnoses.map(({ cause }) => cause)).toEqual([])
    expect(report.host.kernel).toMatch(/-amd64$/)
    expect([0, 3]).toContain(resultOf('idle').status)
  })

  test('doctor tries the probes out: each works here, except counters that no emulated CPU has', () => {
    const { probes } = JSON.parse(resultOf('doctor').stdout) as { probes: { name: string; works: boolean }[] }
    expect(probes.length).toBeGreaterThan(5)
    expect(probes.filter(({ works }) => !works).map(({ name }) => name)).toEqual(['perf: hardware counters'])
  })

  test('six spinners on two CPUs: the CPUs are saturated, by them', () => {
    const report = reportOf('report')
    expect(report.diagnoses[0]?.cause).toBe('cpu.saturated')
    expect(JSON.stringify(report.diagnoses[0]?.culprits)).toContain('workloads')
    expect(resultOf('report').status).toBe(report.status === 'critical' ? 2 : 1)
  })

  test('a guest that leaves its CPU all the time is found, with the reason; one that computes is not blamed for it', () => {
    const found = (guest: string) =>
      JSON.parse(readFileSync(join(inject('labShare'), `hypervisor-${guest}.json`), 'utf8')) as Report
    const [leaving, computing] = [found('io'), found('circle')].map(({ diagnoses }) => diagnoses)
    const exits = leaving?.find(({ cause }) => cause === 'virt.exit_heavy')
    expect(JSON.stringify(exits?.culprits)).toContain('workloads')
    expect(JSON.stringify(found('io').findings)).toContain('most of it because of io')
    expect(computing?.map(({ cause }) => cause)).not.toContain('virt.exit_heavy')
  })

  test('without rights, perf closed (perf_event_paranoid 4): the same cause, each escalation a stated unknown', () => {
    const { diagnoses, escalations } = reportOf('closed')
    expect(diagnoses[0]?.cause).toBe('cpu.saturated')
    expect(escalations?.length).toBeGreaterThan(0)
    for (const { outcome, why, would } of escalations ?? []) {
      expect({ outcome, unavailable: why?.unavailable }).toEqual({
        outcome: 'impossible',
        unavailable: 'not permitted',
      })
      expect(would).toMatch(/\w{3}/)
    }
  })
})
