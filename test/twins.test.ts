// A tool and its /proc twin, recorded over the same seconds, say the same; readers of counters survive resets and lost CPUs.
import { describe, expect, test } from 'vitest'
import type { Value } from '../src/model/metric.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { source as free } from '../src/tools/free/index.ts'
import { source as procMemory } from '../src/tools/proc_memory/index.ts'
import { source as procStat } from '../src/tools/proc_stat/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'
import { fixturesOf, numbers, readFixture, type Fixture } from './support/fixtures.ts'

/** Tool, its fixture, twin, the twin's fixture, and by how much a mean may differ: a share of it, or this much. */
const twins: readonly (readonly [Source, string, Source, string, share: number, amount: number])[] = [
  [vmstat, 'procps-3.3.17-busy', procStat, 'linux-6.18-busy', 0.15, 1],
  [vmstat, 'procps-4.0.2-busy', procStat, 'linux-6.18-busy', 0.15, 1],
  [vmstat, 'procps-4.0.4-busy', procStat, 'linux-6.18-busy', 0.15, 1],
  [vmstat, 'procps-4.0.2-write', procStat, 'linux-6.18-write', 0.1, 1.5],
  [vmstat, 'procps-4.0.2-swap', procMemory, 'linux-6.18-swap', 0.05, 1024],
  [vmstat, 'procps-3.3.17-swap', procMemory, 'linux-6.18-swap', 0.05, 1024],
  [free, 'procps-3.3.17-swap', procMemory, 'linux-6.18-swap', 0.01, 1024 ** 2],
  [free, 'procps-4.0.2-swap', procMemory, 'linux-6.18-swap', 0.01, 1024 ** 2],
  [free, 'procps-4.0.4-swap', procMemory, 'linux-6.18-swap', 0.01, 1024 ** 2],
]

describe('twins', () => {
  const titled = twins.map(
    (twin) => [`${twin[0].id} ${twin[1]} agrees with ${twin[2].id} ${twin[3]}`, ...twin] as const,
  )
  test.each(titled)('%s', (_, tool, name, twin, twinName, share, amount) => {
    const one = reading(tool, fixture(tool, name)).host ?? {}
    const other = reading(twin, fixture(twin, twinName)).host ?? {}
    const both = Object.keys(one).filter((id) => id in other)
    expect(both.length).toBeGreaterThan(1)
    const apart = both.filter((id) => {
      const [a, b] = [mean(one[id]), mean(other[id])]
      return Math.abs(a - b) > Math.max(amount, share * Math.max(a, b))
    })
    expect(apart.map((id) => `${id}: ${mean(one[id])} and ${mean(other[id])}`)).toEqual([])
  })
})

describe('proc_stat', () => {
  const busy = fixture(procStat, 'linux-6.18-write')

  test('a CPU that goes offline in the window is left out, the others are not shifted', () => {
    const texts = busy.texts.map((text, i) => (i === 3 ? text.replace(/^cpu1 .*\n/m, '') : text))
    const found = reading(procStat, { ...busy, texts })
    expect(found.instances?.map(({ name }) => name)).toEqual(['0'])
    expect(found.host?.['cpu.busiest']).toEqual(found.instances?.[0]?.values['cpu.one.utilization'])
  })

  test('a counter that went back leaves its interval out', () => {
    const texts = busy.texts.map((text, i) => (i >= 3 ? text.replace(/^ctxt \d+$/m, `ctxt ${i}`) : text))
    const found = reading(procStat, { ...busy, texts })
    const whole = reading(procStat, busy).host?.['cpu.context_switches']
    expect(Array.isArray(whole) && whole.length).toBe(5)
    expect(found.host?.['cpu.context_switches']).toHaveLength(4)
    expect(found.host?.['cpu.interrupts']).toHaveLength(5)
  })

  test('lines of older kernels are shorter: what they do not count is missing, not zero', () => {
    const cut = (columns: number) => {
      const shorter = (line: string) => line.split(/\s+/, columns + 1).join(' ')
      const texts = busy.texts.map((text) => text.replace(/^cpu.*$/gm, shorter))
      return reading(procStat, { ...busy, texts })
    }
    const before24 = cut(8)
    expect(before24.host?.['cpu.steal']).toHaveLength(5)
    expect(Object.keys(before24.missing ?? {})).toEqual(['cpu.guest'])
    const before11 = cut(7)
    expect(Object.keys(before11.missing ?? {})).toEqual(['cpu.steal', 'cpu.guest', 'cpu.one.steal'])
    expect(before11.host?.['cpu.softirq']).toHaveLength(5)
    expect(before11.instances?.[0]?.values).not.toHaveProperty('cpu.one.steal')
  })

  test('one read is no rate', () => {
    expect(isUnavailable(readFixture(procStat, { ...busy, texts: busy.texts.slice(0, 1) }))).toBe(true)
  })
})

describe('proc_memory', () => {
  const swap = fixture(procMemory, 'linux-6.18-swap')

  test('a reset counter is not measured, an amount still is', () => {
    const found = reading(procMemory, { ...swap, texts: swap.texts.toReversed() })
    expect(found.missing?.['memory.major_faults']).toMatchObject({ unavailable: 'not measured' })
    expect(found.host?.['memory.available']).toHaveLength(swap.texts.length)
    expect(numbers(found).filter(({ value }) => value < 0)).toEqual([])
  })

  test('a file that may not be read makes its metrics not permitted, and only those', () => {
    const texts = swap.texts.map((text) =>
      text.replace(/==> \/proc\/vmstat <==[^=]*(?===>)/, '==> /proc/vmstat <== EACCES\n'),
    )
    const found = reading(procMemory, { ...swap, texts })
    expect(found.missing?.['memory.major_faults']).toMatchObject({ unavailable: 'not permitted' })
    expect(found.host?.['memory.major_faults']).toBeUndefined()
    expect(found.host?.['memory.total']).toBe(25_276_510_208)
  })

  test('zones of an older kernel are summed, throttling is not', () => {
    const zones = 'pgscan_direct_dma 5\npgscan_direct_normal $1'
    const texts = swap.texts.map((text, i) =>
      text.replace(/^pgscan_direct (\d+)$/m, zones.replace('$1', String(100 * i))),
    )
    const throttled = texts.map((text, i) =>
      text.replace(/^pgscan_direct_throttle \d+$/m, `pgscan_direct_throttle ${1e6 * i}`),
    )
    expect(reading(procMemory, { ...swap, texts: throttled }).host?.['memory.scan_direct']).toBeCloseTo(500 / 5.048, 6)
  })
})

function fixture(source: Source, name: string): Fixture {
  const found = fixturesOf(source).find((one) => one.name === name)
  if (!found) throw new Error(`${source.id} has no fixture ${name}`)
  return found
}

function reading(source: Source, from: Fixture): Reading {
  const found = readFixture(source, from)
  if (isUnavailable(found)) throw new Error(found.reason)
  return found
}

function mean(value: Value | undefined): number {
  const list = value === undefined || typeof value === 'string' ? [] : [value].flat()
  return list.reduce((total, one) => total + one, 0) / list.length
}
