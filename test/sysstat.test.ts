// sysstat's text with columns moved, added or taken away, and with names made to deceive; its twins in /proc against it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { frame } from '../src/parse/files.ts'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as pidstat } from '../src/tools/pidstat/index.ts'
import { source as procDiskstats } from '../src/tools/proc_diskstats/index.ts'
import { source as procNetDev } from '../src/tools/proc_net_dev/index.ts'
import { source as procProcesses } from '../src/tools/proc_processes/index.ts'
import { source as sar } from '../src/tools/sar/index.ts'
import { source as sysBlock } from '../src/tools/sys_block/index.ts'
import { differences, fixturesOf, readFixture, type Fixture } from './support/fixtures.ts'

const fuzz = { numRuns: 100, seed: Number(process.env['FUZZ_SEED'] ?? 1) }

describe('pidstat', () => {
  const fixture = named(pidstat, 'sysstat-12.6.1-busy-names')
  const header = columnsOf(fixture.texts[0] ?? '')
  const original = read(pidstat, fixture)

  test('columns may move', () => {
    fc.assert(
      fc.property(shuffled(header), (order) => {
        expect(
          differences(
            read(
              pidstat,
              rewritten(fixture, (cells) => order.map((i) => cells[i] ?? '')),
            ),
            original,
          ),
        ).toEqual([])
      }),
      fuzz,
    )
  })

  test('columns may be added', () => {
    fc.assert(
      fc.property(fc.nat(header.length), fc.constantFrom('1.00', '-', 'text', '99999999'), (at, cell) => {
        const added = rewritten(fixture, (cells, isHeader) => cells.toSpliced(at, 0, isHeader ? 'new/s' : cell))
        expect(differences(read(pidstat, added), original)).toEqual([])
      }),
      fuzz,
    )
  })

  test.each(header.filter((column) => column !== 'PID'))(
    'column %s may be gone: what it gave is gone, the rest stays',
    (column) => {
      const at = header.indexOf(column)
      const reading = read(
        pidstat,
        rewritten(fixture, (cells) => cells.toSpliced(at, 1)),
      )
      const lost = LOST[column] ?? []
      expect(metricsOf(reading)).toEqual(metricsOf(original).filter((id) => !lost.includes(id)))
      expect(
        differences(
          reading.instances,
          original.instances?.map((one) => ({ ...one, values: without(one.values, lost) })),
        ),
      ).toEqual([])
    },
  )

  test('a name cannot forge a process, nor change another', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 15 }),
      fc.constantFrom(
        '\n# PID Command',
        '\n# Time PID',
        '\n1 0 1 9 9 9 9',
        '\n\n\n',
        'a) R 1 (b',
        '# PID Command',
        '\n#PID  Command',
        'x\n1795421286  0',
      ),
    )
    const others = (reading: Reading) => reading.instances?.filter((one) => one.name !== '5')
    fc.assert(
      fc.property(
        name.filter((text) => !text.includes('\0')),
        (text) => {
          const renamed = {
            ...fixture,
            texts: fixture.texts.map((all) =>
              all.replace(/^(\d+ +0 +5 .*NORMAL {2}).*$/gm, (_, row: string) => row + text),
            ),
          }
          expect(differences(others(read(pidstat, renamed)), others(original))).toEqual([])
        },
      ),
      fuzz,
    )
  })
})

/** Column of pidstat → metrics that need it. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  '%usr': ['process.cpu_user'],
  '%guest': ['process.cpu_user'],
  '%system': ['process.cpu_system'],
  '%wait': ['process.cpu_wait'],
  '%CPU': ['process.cpu'],
  'minflt/s': ['process.minor_faults', 'process.kernel'],
  'majflt/s': ['process.major_faults', 'process.kernel'],
  VSZ: ['process.kernel'],
  RSS: ['process.rss'],
  'kB_rd/s': ['process.read_bytes', 'process.io_bytes'],
  'kB_wr/s': ['process.write_bytes', 'process.io_bytes'],
  'cswch/s': ['process.voluntary_switches'],
  'nvcswch/s': ['process.involuntary_switches'],
  policy: ['process.realtime'],
}

describe('sar', () => {
  const fixture = named(sar, 'sysstat-12.7.5-oddname')
  const original = read(sar, fixture)

  test('columns may move, each table in its own order', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (stream) => {
        const orders = new Map<number, number[]>()
        const order = (length: number) =>
          orders.get(length) ?? orders.set(length, shuffle(length, stream)).get(length) ?? []
        expect(
          differences(
            read(
              sar,
              tables(fixture, (cells) => order(cells.length).map((i) => cells[i] ?? '')),
            ),
            original,
          ),
        ).toEqual([])
      }),
      fuzz,
    )
  })

  test('columns may be added', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.constantFrom('1.00', 'text'), (at, cell) => {
        const added = tables(fixture, (cells) =>
          cells.toSpliced(at, 0, cells.some((name) => name.endsWith('/s')) ? 'new/s' : cell),
        )
        expect(differences(read(sar, added), original)).toEqual([])
      }),
      fuzz,
    )
  })

  test.each([
    ['rxkB/s', 'interface.rx_bytes', 'interface.utilization'],
    ['txerr/s', 'interface.errors'],
    ['rxdrop/s', 'interface.rx_dropped'],
    ['active/s', 'tcp.active_opens'],
    ['retrans/s', 'tcp.retransmits'],
    ['orsts/s', 'tcp.resets_sent'],
  ])('column %s may be gone: what it gave is gone, the rest stays', (column, ...lost) => {
    let at = -1
    const reading = read(
      sar,
      tables(fixture, (cells) => {
        if (cells.some((name) => name.endsWith('/s'))) at = cells.indexOf(column)
        return at < 0 ? cells : cells.toSpliced(at, 1)
      }),
    )
    expect(metricsOf(reading)).toEqual(metricsOf(original).filter((id) => !lost.includes(id)))
    expect(differences(reading.host, without(original.host ?? {}, lost))).toEqual([])
  })
})

describe('twins that looked at the same seconds agree', () => {
  test.each([
    ['pidstat', pidstat, 'sysstat-12.6.1-busy-names', procProcesses, 'linux-6.18-busy-names'],
    ['iostat', iostat, 'sysstat-12.6.1-busy', procDiskstats, 'linux-6.18-busy'],
    ['sar', sar, 'sysstat-12.7.5-oddname', procNetDev, 'linux-6.18-oddname'],
  ] as const)('%s', (_, tool, toolFixture, twin, twinFixture) => {
    const told = read(tool, named(tool, toolFixture))
    const twins = new Map(read(twin, named(twin, twinFixture)).instances?.map((one) => [one.name, one.values]))
    let compared = 0
    for (const one of told.instances ?? []) {
      for (const [id, value] of Object.entries(one.values)) {
        const other = twins.get(one.name)?.[id]
        if (other === undefined || typeof value === 'string' || typeof other === 'string') continue
        // They start up to 35 ms apart: of what happens in bursts one may see a little more.
        expect(
          Math.abs(mean(value) - mean(other)),
          `${id} of ${one.name}: ${mean(value)} and ${mean(other)}`,
        ).toBeLessThanOrEqual(slack(id, mean(value)))
        compared++
      }
    }
    expect(compared).toBeGreaterThan(10)
  })
})

test('milliseconds of /proc/diskstats may wrap at 32 bits', () => {
  const fixture = named(procDiskstats, 'linux-6.18-busy')
  const original = read(procDiskstats, fixture)
  const milliseconds = new Set([6, 10, 12, 13, 17, 19])
  fc.assert(
    fc.property(fc.integer({ min: 2 ** 31, max: 2 ** 32 - 1 }), (offset) => {
      const shifted = fixture.texts.map((text) =>
        text.replace(/^ +\d+ +\d+ vda .*$/m, (line) =>
          line
            .trim()
            .split(' ')
            .filter((cell) => cell !== '')
            .map((cell, i) => (milliseconds.has(i) ? String((Number(cell) + offset) % 2 ** 32) : cell))
            .join(' '),
        ),
      )
      expect(differences(read(procDiskstats, { ...fixture, texts: shifted }), original)).toEqual([])
    }),
    fuzz,
  )
})

test('the I/O errors of a SCSI disk are counted in hexadecimal', () => {
  const fixture = named(sysBlock, 'linux-6.18-busy')
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (before, more) => {
      const counts = [before, before + more].map((count) =>
        frame('/sys/block/vda/device/ioerr_cnt', `0x${count.toString(16)}\n`),
      )
      const reading = read(sysBlock, { ...fixture, texts: fixture.texts.map((text, i) => text + (counts[i] ?? '')) })
      expect(reading.instances?.map((one) => one.values['disk.io_errors'])).toEqual([more])
    }),
    fuzz,
  )
})

test('a process that takes the number of an ended one does not inherit its past', () => {
  const fixture = named(procProcesses, 'linux-6.18-busy-names')
  const started = /^5 \(a\) R 1 \(b\) (?:\S+ ){19}(\d+) /m.exec(fixture.texts[1] ?? '')?.[1] ?? ''
  // From the third look on process 5 has another start time: it is another process, younger than all.
  const texts = fixture.texts.map((text, i) =>
    i >= 4 ? text.replace(/^(5 \(a\) R 1 \(b\) (?:\S+ ){19})\d+ /m, `$1${Number(started) + 100_000} `) : text,
  )
  const [old, young] = [fixture, { ...fixture, texts }]
    .map((one) => read(procProcesses, one).instances?.find(({ name }) => name === '5')?.values['process.cpu'])
    .map((value) => (Array.isArray(value) ? value : []))
  expect(started).not.toBe('')
  expect(old).toHaveLength(5)
  expect(young?.[0]).toBe(0)
  expect(young?.slice(2)).toEqual(old?.slice(2))
})

function named(source: Source, name: string): Fixture {
  const found = fixturesOf(source).find((fixture) => fixture.name === name)
  if (!found) throw new Error(`${source.id} has no fixture ${name}`)
  return found
}

function read(source: Source, fixture: Fixture): Reading {
  const reading = readFixture(source, fixture)
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading
}

function metricsOf(reading: Reading): string[] {
  return [
    ...new Set([
      ...Object.keys(reading.host ?? {}),
      ...(reading.instances ?? []).flatMap((one) => Object.keys(one.values)),
    ]),
  ].toSorted()
}

function without<T>(values: Readonly<Record<string, T>>, ids: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([id]) => !ids.includes(id)))
}

function columnsOf(text: string): string[] {
  return (/^# (.*) {2}Command$/m.exec(text)?.[1] ?? '').trim().split(/\s+/)
}

/** pidstat's lines with the cells before the command replaced; lines that are no rows stay. */
function rewritten(fixture: Fixture, change: (cells: string[], isHeader: boolean) => string[]): Fixture {
  const row = new RegExp(`^(# )?((?:\\S+\\s+){${columnsOf(fixture.texts[0] ?? '').length}})(.*)$`)
  const texts = fixture.texts.map((text) =>
    text
      .split('\n')
      .map((line) => {
        const match = row.exec(line)
        return match
          ? `${match[1] ?? ''}${change((match[2] ?? '').trim().split(/\s+/), match[1] !== undefined).join(' ')}  ${match[3]}`
          : line
      })
      .join('\n'),
  )
  return { ...fixture, texts }
}

/** sar's lines with the cells after the time replaced. */
function tables(fixture: Fixture, change: (cells: string[]) => string[]): Fixture {
  const texts = fixture.texts.map((text) =>
    text.replace(
      /^(\d\d:\d\d:\d\d)(\s+)(.*)$/gm,
      (_, time: string, gap: string, rest: string) => time + gap + change(rest.trim().split(/\s+/)).join('  '),
    ),
  )
  return { ...fixture, texts }
}

function shuffled(columns: readonly string[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray(
    columns.map((_, i) => i),
    { minLength: columns.length, maxLength: columns.length },
  )
}

function shuffle(length: number, stream: Iterator<number>): number[] {
  const left = Array.from({ length }, (_, i) => i)
  return Array.from({ length }, () => left.splice(Number(stream.next().value) % left.length, 1)[0] ?? 0)
}

function mean(value: number | readonly number[]): number {
  const list = typeof value === 'number' ? [value] : value
  return list.reduce((total, number) => total + number, 0) / list.length
}

/** What start times, ticks and two printed digits may make of a difference. */
function slack(id: string, value: number): number {
  if (id === 'process.rss') return 0.01 * value
  if (id === 'process.minor_faults') return 0.4 * value + 30
  return (
    0.08 * Math.abs(value) +
    (id.endsWith('bytes') ? 20_000 : id.includes('await') ? 0.000_05 : id.startsWith('process') ? 3 : 2)
  )
}
