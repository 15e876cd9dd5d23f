// Hosts larger and odder than the one the tests run on, made of real lines: thousands of CPUs, disks and interfaces, names, resets.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noFacts, addReading } from '../src/measure/facts.ts'
import { metrics } from '../src/generated/metrics.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as ip } from '../src/tools/ip/index.ts'
import { source as mpstat } from '../src/tools/mpstat/index.ts'
import { source as nstat } from '../src/tools/nstat/index.ts'
import { source as pidstat } from '../src/tools/pidstat/index.ts'
import { source as procDiskstats } from '../src/tools/proc_diskstats/index.ts'
import { source as procNetDev } from '../src/tools/proc_net_dev/index.ts'
import { source as procStat } from '../src/tools/proc_stat/index.ts'
import { source as sar } from '../src/tools/sar/index.ts'
import { fixturesOf, numbers, readFixture, type Fixture } from './support/fixtures.ts'

const CPUS = 4096
const DISKS = 10_000
const fuzz = { numRuns: 50, seed: Number(process.env['FUZZ_SEED'] ?? 1) }
const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))

/** Each line that matches, as many times as there are to be, under the names 0, 1, 2 … */
const repeated = (text: string, line: RegExp, count: number, named: (line: string, i: number) => string) =>
  text.replace(line, (found) => Array.from({ length: count }, (_, i) => named(found, i)).join(''))

describe(`${CPUS} CPUs`, () => {
  const idle = '0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00  100.00'

  test('mpstat, JSON', () => {
    const found = scaled(mpstat, 'sysstat-12.6.1-busy', (text) =>
      repeated(text, /^\s+\{"cpu": "1".*\n/gm, CPUS - 1, (line, i) =>
        line.replace('"1"', `"${i + 1}"`).replace(/\}$/m, i < CPUS - 2 ? '},' : '}'),
      ),
    )
    expect(found.instances).toHaveLength(CPUS)
    expect(found.host?.['cpu.busiest']).toEqual(
      understood(mpstat, named(mpstat, 'sysstat-12.6.1-busy')).host?.['cpu.busiest'],
    )
  })

  test('mpstat, text: one busy CPU is found among them', () => {
    const found = scaled(mpstat, 'sysstat-12.6.1-12hours-text', (text) =>
      repeated(text, /^.* AM    1 .*\n/gm, CPUS - 1, (line, i) =>
        i === 2999
          ? line.replace(
              / 1  .*/,
              ` 3000   99.00    0.00    1.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00`,
            )
          : line.replace(/ 1  .*/, ` ${i + 1}    ${idle}`),
      ),
    )
    expect(found.instances).toHaveLength(CPUS)
    expect(found.instances?.find(({ name }) => name === '3000')?.values['cpu.one.utilization']).toEqual([100, 100])
    expect(found.host?.['cpu.busiest']).toEqual([100, 100])
    expect(Math.max(...numbersOf(found, 'cpu.others'))).toBeLessThan(0.1)
  })

  test('/proc/stat, with as many interrupts as such a host has', () => {
    const found = scaled(procStat, 'linux-6.18-busy', (text) =>
      repeated(text, /^cpu1 .*\n/gm, CPUS - 1, (line, i) => line.replace('cpu1', `cpu${i + 1}`)).replace(
        /^intr .*$/m,
        (line) => `${line}${' 0'.repeat(60_000)}`,
      ),
    )
    const original = understood(procStat, named(procStat, 'linux-6.18-busy'))
    expect(found.instances).toHaveLength(CPUS)
    expect(found.host?.['cpu.interrupts']).toEqual(original.host?.['cpu.interrupts'])
    expect(found.host?.['cpu.busiest']).toEqual(original.host?.['cpu.busiest'])
  })
})

describe(`${DISKS} disks`, () => {
  test('iostat, JSON', () => {
    const found = scaled(iostat, 'sysstat-12.6.1-busy', (text) =>
      repeated(text, /^\s+\{"disk_device": "vda".*\n/gm, DISKS, (line, i) =>
        line.replace('"vda"', `"sd${letters(i)}"`).replace(/\}$/m, i < DISKS - 1 ? '},' : '}'),
      ),
    )
    expect(found.instances).toHaveLength(DISKS)
  })

  test('iostat, text', () => {
    const found = scaled(iostat, 'sysstat-11.2.0-text', (text) =>
      repeated(text, /^vda .*\n/gm, DISKS, (line, i) => line.replace('vda', `sd${letters(i)}`)),
    )
    expect(found.instances).toHaveLength(DISKS)
    expect(found.instances?.at(-1)?.values['disk.writes']).toEqual([11_763, 12_392, 12_429])
  })

  test('/proc/diskstats', () => {
    const found = scaled(procDiskstats, 'linux-6.18-busy', (text) =>
      repeated(text, /^ .* vda .*\n/gm, DISKS, (line, i) => line.replace('vda', `sd${letters(i)}`)),
    )
    expect(found.instances).toHaveLength(DISKS + others(procDiskstats, 'linux-6.18-busy'))
  })

  test('its facts are kept in time', () => {
    const found = scaled(iostat, 'sysstat-11.2.0-text', (text) =>
      repeated(text, /^vda .*\n/gm, DISKS, (line, i) => line.replace('vda', `sd${letters(i)}`)),
    )
    const facts = noFacts()
    addReading(facts, 'iostat', iostat.gives, found, catalogue)
    expect(facts.instances.get('disk')?.size).toBe(DISKS)
  })
})

test('10,000 interfaces and 10,000 processes', () => {
  const interfaces = scaled(sar, 'sysstat-12.2.0-write', (text) =>
    repeated(text, /^.*\bifb1 .*\n/gm, 10_000, (line, i) => line.replace(/ +ifb1/, ` veth${i}`)),
  )
  expect(interfaces.instances).toHaveLength(10_000 + 3)
  const processes = scaled(pidstat, 'sysstat-12.2.0-busy', (text) =>
    repeated(text, /^\d+ +0 +8 .*\n/gm, 10_000, (line, i) => line.replace(/ 8 /, ` ${i + 100} `)),
  )
  expect(processes.instances?.length).toBeGreaterThanOrEqual(10_000)
})

describe('names', () => {
  // What a device or an interface may be called: up to 15 characters, no blank of ASCII, no slash.
  const ODD = [
    'a.b',
    'eth0.4094',
    'br-0123456789ab',
    'veth@if12',
    'a*c-d=1',
    'ünïcødé',
    '网卡零',
    '🔥',
    '-',
    '--',
    '%ifutil',
    'AM',
    'PM',
    'all',
    'IFACE',
    'CPU',
    'Average',
    'Linux',
    'constructor',
    '__proto__',
    'a\u2028b',
    'a\u2003b',
    '12:00',
    '0',
    '"',
    "it's",
    '\\',
    '{}',
    '$&',
    'nan',
    '1e999',
  ]
  const odd = fc.oneof(
    fc.constantFrom(...ODD),
    fc.string({ minLength: 1, maxLength: 15, unit: 'grapheme' }).map((name) => name.replace(/[\s/:\0]/g, '_')),
  )
  /** Name in the fixture, and how that kind of output writes it. */
  const cases: readonly (readonly [Source, string, string, (name: string) => string])[] = [
    [sar, 'sysstat-12.6.1-busy', 'vethA', (name) => name],
    [sar, 'sysstat-10.1.5-12hours-dev', 'docker0', (name) => name],
    [iostat, 'sysstat-12.6.1-busy', 'vda', (name) => JSON.stringify(name).slice(1, -1)],
    [iostat, 'sysstat-11.2.0-text', 'vda', (name) => name],
    [procDiskstats, 'linux-6.18-busy', 'vda', (name) => name],
    [procNetDev, 'linux-6.18-busy', 'vethA', (name) => name],
    [ip, 'iproute2-6.1.0-idle', 'eth0', (name) => JSON.stringify(name).slice(1, -1)],
  ]
  test.each(cases.map((one) => [one[0].id, ...one] as const))(
    '%s: any name is that of the same device',
    (_, source, fixtureName, from, written) => {
      const fixture = named(source, fixtureName)
      const known = understood(source, fixture).instances?.find(({ name }) => name === from)
      expect(known).toBeDefined()
      fc.assert(
        fc.property(odd, (name) => {
          const token = new RegExp(`(?<=[ "/]|^)${from}(?=[ ":/])`, 'gm')
          const texts = fixture.texts.map((text) => text.replace(token, () => written(name)))
          const found = readFixture(source, { ...fixture, texts })
          if (isUnavailable(found)) throw new Error(`${name}: ${found.reason}`)
          const same = found.instances?.filter((one) => one.name === name) ?? []
          expect(same.map(({ values }) => comparable(values))).toEqual([comparable(known?.values ?? {})])
        }),
        fuzz,
      )
    },
  )
})

describe('counters that begin again', () => {
  /** From look `k` on a counter of 32 bits has wrapped, or the device was made anew: it is less than it was. */
  const cases: readonly (readonly [Source, string, RegExp])[] = [
    [procStat, 'linux-6.18-busy', /(?<=^(?:ctxt|processes|intr) )\d+/gm],
    [procNetDev, 'linux-6.18-busy', /(?<=^ *vethA: +)\d+/gm],
    [procNetDev, 'linux-6.18-busy', /(?<=^ *vethA: +(?:\d+ +){8})\d+/gm],
    [procDiskstats, 'linux-6.18-busy', /(?<= vda (?:\d+ ){2})\d+/gm],
    [nstat, 'iproute2-6.1.0-retransmit', /(?<="(?:TcpOutSegs|TcpInSegs|TcpRetransSegs|TcpExtTCPOrigDataSent)":)\d+/g],
    [ip, 'iproute2-6.1.0-gre-checksum-errors', /(?<="errors":)\d+/g],
  ]
  test.each(cases.map((one) => [one[0].id, ...one] as const))(
    '%s: no rate is made of it',
    (_, source, name, counter) => {
      const fixture = named(source, name)
      const before = mostOf(understood(source, fixture))
      const looks = fixture.texts.flatMap((text, i) => (text.search(counter) >= 0 ? [i] : []))
      expect(looks.length).toBeGreaterThan(1)
      fc.assert(
        fc.property(
          fc.constantFrom(...looks.slice(1)),
          fc.constantFrom<bigint | 'new'>(2n ** 32n, 'new'),
          (from, kind) => {
            const bases: bigint[] = (fixture.texts[from]?.match(counter) ?? []).map(BigInt)
            const texts = fixture.texts.map((text, i) => {
              let at = 0
              return text.replace(counter, (digits) => {
                const base = bases[at++] ?? 0n
                // Just below 2 ** 32 when it wrapped; 0 when it was made anew.
                if (kind === 'new') return String(i < from ? BigInt(digits) + 1000n : BigInt(digits) - base)
                const near = kind - base + BigInt(digits) - 1n
                return String(i < from ? near : (near + 1n) % kind)
              })
            })
            const found = readFixture(source, { ...fixture, texts })
            if (isUnavailable(found)) return
            for (const [id, most] of mostOf(found))
              expect(most, id).toBeLessThanOrEqual((before.get(id) ?? 0) * 1.000_001 + 1)
            expect(numbers(found).filter(({ value }) => value < 0 || !Number.isFinite(value))).toEqual([])
          },
        ),
        fuzz,
      )
    },
  )
})

function scaled(source: Source, name: string, change: (text: string) => string): Reading {
  const fixture = named(source, name)
  return understood(source, { ...fixture, texts: fixture.texts.map(change) })
}

function others(source: Source, name: string): number {
  return (understood(source, named(source, name)).instances?.length ?? 0) - 1
}

function named(source: Source, name: string): Fixture {
  const found = fixturesOf(source).find((fixture) => fixture.name === name)
  if (!found) throw new Error(`${source.id} has no fixture ${name}`)
  return found
}

function understood(source: Source, fixture: Fixture): Reading {
  const reading = readFixture(source, fixture)
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading
}

/** Link speed is known by name, so utilization is another's. */
function comparable(values: NonNullable<Reading['host']>): unknown {
  return Object.fromEntries(Object.entries(values).filter(([id]) => id !== 'interface.utilization'))
}

function numbersOf(reading: Reading, id: string): number[] {
  return numbers(reading).flatMap(({ metric, value }) => (metric === id ? [value] : []))
}

function mostOf(reading: Reading): Map<string, number> {
  const found = new Map<string, number>()
  for (const { metric, value } of numbers(reading)) found.set(metric, Math.max(found.get(metric) ?? 0, value))
  return found
}

/** 0 → a, 25 → z, 26 → aa: as the kernel names SCSI disks. */
function letters(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest > 0 ? letters(rest - 1) : '') + String.fromCharCode(97 + (index % 26))
}
