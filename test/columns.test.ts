// Output nobody has seen yet: columns and keys that are new, gone or moved, and the forms the same output can come in.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { LineReader } from '../src/parse/line-row.ts'
import { source as dmesg } from '../src/tools/dmesg/index.ts'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as ip } from '../src/tools/ip/index.ts'
import { source as mpstat } from '../src/tools/mpstat/index.ts'
import { source as nstat } from '../src/tools/nstat/index.ts'
import { source as pidstat } from '../src/tools/pidstat/index.ts'
import { source as sar } from '../src/tools/sar/index.ts'
import { source as top } from '../src/tools/top/index.ts'
import { source as uptime } from '../src/tools/uptime/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'
import { BUSY_CPU, columnsOf, edited, TABLES } from './support/columns.ts'
import {
  expectLost,
  inAll,
  inventions,
  named,
  numbersOf,
  shuffled,
  sorted,
  understood,
} from './support/columns-compare.ts'
import { differences, fixturesOf, readFixture } from './support/fixtures.ts'

const fuzz = { numRuns: 100, seed: Number(process.env['FUZZ_SEED'] ?? 1) }

describe.each(TABLES.map((table) => [table.source.id, table] as const))('%s', (_, table) => {
  const fixture = named(table.source, table.fixture)
  const columns = columnsOf(table, fixture.texts[0] ?? '')
  const whole = understood(table.source, fixture)
  const after = (edit: Parameters<typeof edited>[2]) =>
    readFixture(table.source, { ...fixture, texts: fixture.texts.map((text) => edited(table, text, edit)) })

  test('the table is taken apart and put together unharmed', () => {
    expect(columns.length).toBeGreaterThan(Object.keys(table.needed).length - 1)
    expect(
      differences(
        after((cells) => cells),
        whole,
      ),
    ).toEqual([])
  })

  test('a new column changes nothing, whatever is in it', () => {
    const cell = fc.oneof(
      fc.nat(99_999).map(String),
      fc.constantFrom('-', 'n/a', '0.5', 'text', '1,5', '18446744073709551615'),
    )
    fc.assert(
      fc.property(fc.nat(columns.length), cell, (at, value) => {
        const reading = after((cells, header) =>
          at > cells.length ? cells : cells.toSpliced(at, 0, header ? 'new' : value),
        )
        expect(differences(reading, whole)).toEqual([])
      }),
      fuzz,
    )
  })

  test('columns in another order change nothing', () => {
    const places = columns.map((_, i) => i)
    const front = table.front ?? 0
    const order = fc
      .tuple(shuffled(places.slice(0, front)), shuffled(places.slice(front)))
      .map(([first, rest]) => [...first, ...rest])
    fc.assert(
      fc.property(order, (order) => {
        const reading = after((cells) => order.flatMap((from) => cells[from] ?? []))
        expect(differences(reading, whole)).toEqual([])
      }),
      fuzz,
    )
  })

  test.each(columns)('without %s only what needs it is lost, and lost is not zero', (column) => {
    const at = columns.indexOf(column)
    const lost = table.needed[column] ?? []
    expectLost(
      after((cells) => cells.toSpliced(at, 1)),
      whole,
      lost,
    )
  })

  test('a column that is there twice is not believed', () => {
    for (const [column, lost] of Object.entries(table.needed)) {
      if (lost.includes('*') || lost.length === 0) continue
      const reading = after((cells, header) => [...cells, header ? column : '77777'])
      const values = isUnavailable(reading) ? [] : numbersOf(reading)
      expect(
        values.filter((value) => String(value).includes('77777')),
        column,
      ).toEqual([])
    }
  })
})

describe.each([
  [mpstat, 'sysstat-12.6.1-busy', 'idle', BUSY_CPU],
  [
    mpstat,
    'sysstat-12.6.1-busy',
    'soft',
    ['cpu.softirq', 'cpu.one.softirq', 'cpu.busiest', 'cpu.others', 'cpu.busiest_softirq'],
  ],
  [mpstat, 'sysstat-12.6.1-busy', 'gnice', ['cpu.guest']],
  [mpstat, 'sysstat-12.6.1-busy', 'cpu-load', ['*']],
  [iostat, 'sysstat-12.6.1-busy', 'aqu-sz', ['disk.queue']],
  [iostat, 'sysstat-12.6.1-busy', 'r_await', ['disk.read_await']],
  [iostat, 'sysstat-12.6.1-busy', 'disk', ['*']],
  [ip, 'iproute2-6.1.0-odd-names', 'missed_errors', ['interface.rx_missed']],
  [ip, 'iproute2-6.1.0-odd-names', 'stats64', ['*']],
  [nstat, 'iproute2-6.1.0-retransmit', 'TcpExtTCPOrigDataSent', ['tcp.data_sent', 'tcp.retransmit_ratio']],
  [nstat, 'iproute2-6.1.0-retransmit', 'UdpNoPorts', ['udp.no_ports']],
  [nstat, 'iproute2-6.1.0-retransmit', 'kernel', ['*']],
] as const)('JSON, %#', (source: Source, name, key, lost) => {
  const fixture = named(source, name)
  const whole = understood(source, fixture)
  const after = (edit: (object: Record<string, unknown>) => Record<string, unknown>) =>
    readFixture(source, {
      ...fixture,
      texts: fixture.texts.map((text) => `${JSON.stringify(inAll(JSON.parse(text), edit))}\n`),
    })

  test(`of ${source.id} without ${key} only what needs it is lost`, () => {
    expectLost(
      after((object) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))),
      whole,
      lost,
    )
  })

  test('new keys and another order change nothing', () => {
    const value = fc.constantFrom<unknown>(7, -1, 'text', null, true, [], [1], {}, { new: 1 })
    fc.assert(
      fc.property(value, fc.boolean(), (value, first) => {
        const reading = after((object) => {
          const entries = Object.entries(object).toReversed()
          return Object.fromEntries(first ? [['new', value], ...entries] : [...entries, ['new', value]])
        })
        expect(differences(sorted(reading), sorted(whole))).toEqual([])
      }),
      fuzz,
    )
  })
})

/** Tools of one line or of sentences have no columns, but they too come in forms. */
const sources: readonly Source[] = [
  ...new Set([...TABLES.map(({ source }) => source), pidstat, sar, top, uptime, dmesg, ip, nstat]),
]
const good = sources.flatMap((source) =>
  fixturesOf(source)
    .filter(({ name }) => !name.includes('garbage'))
    .map((fixture) => [source.id, fixture.name, source, fixture] as const),
)

describe.each(good)('%s %s', (_id, _name, source, fixture) => {
  const whole = understood(source, fixture)
  const after = (edit: (text: string) => string) =>
    readFixture(source, { ...fixture, texts: fixture.texts.map((text) => edit(text)) })

  test('with the line ends of another system', () => {
    expect(
      differences(
        after((text) => text.replaceAll('\n', '\r\n')),
        whole,
      ),
    ).toEqual([])
  })

  test('below a warning', () => {
    const warnings = [
      'perl: warning: Setting locale failed.\n\tLANGUAGE = (unset),\n    are supported and installed on your system.\n',
      '/etc/ld.so.preload: cannot open shared object file: ignored.\n\n',
      'WARNING: total free memory is 12\n',
    ]
    for (const warning of warnings)
      expect(
        differences(
          after((text) => warning + text),
          whole,
        ),
      ).toEqual([])
  })

  test('cut off anywhere it says less, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(), (from) => {
        // vmstat's second text is its version, by which the first is understood.
        const at = source === vmstat ? 0 : fixture.texts.length - 1
        const texts = fixture.texts.map((text, i) => (i === at ? text.slice(0, from % text.length) : text))
        // A process pidstat does not list did nothing: between two lines nobody can see that more would have come.
        fc.pre(source !== pidstat || texts[at]?.endsWith('\n') === false)
        const cut = readFixture(source, { ...fixture, texts })
        if (!isUnavailable(cut)) expect(inventions(cut, whole)).toEqual([])
      }),
      fuzz,
    )
  })
})

describe('sysstat repeats or leaves out its headers', () => {
  test.each([
    [mpstat, 'sysstat-11.2.0-text', /^(?!09:40:38).*CPU.*\n/gm],
    [iostat, 'sysstat-12.2.0-text', /(?<=\d\n)\n*Device.*\n/g],
  ] as const)('without the later ones, %#', (source, name, headers) => {
    const fixture = named(source, name)
    const texts = fixture.texts.map((text) =>
      text
        .replace(/^Average[^]*/m, '')
        .replace(headers, '')
        .replace(/\n\n(?=\d)/g, '\n'),
    )
    expect(texts[0]?.match(/%(?:idle|util)/g)).toHaveLength(1)
    expect(differences(readFixture(source, { ...fixture, texts }), understood(source, fixture))).toEqual([])
  })

  test('vmstat after each screenful', () => {
    const fixture = named(vmstat, 'procps-4.0.2-write')
    const texts = fixture.texts.map((text) => {
      const [first = '', second = '', ...rows] = text.split('\n')
      return [first, second, ...rows.flatMap((line, i) => (i === 2 ? [first, second, line] : [line]))].join('\n')
    })
    expect(texts[0]?.match(/swpd/g)).toHaveLength(2)
    expect(differences(readFixture(vmstat, { ...fixture, texts }), understood(vmstat, fixture))).toEqual([])
  })
})

test('top: states in another order, new ones among them', () => {
  const fixture = named(top, 'procps-4.0.2-busy')
  const whole = understood(top, fixture)
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), fc.constantFrom(', 3 d-sleep', ', 1 idle', ''), (stream, more) => {
      const texts = fixture.texts.map((text) =>
        text.replace(/^Tasks:(.*)$/gm, (_, states: string) => {
          const parts = `${states}${more}`.split(',')
          const mixed = parts.map((_, i) => parts.splice(Number(stream.next().value) % parts.length, 1)[0] ?? String(i))
          return `Tasks:${[...mixed, ...parts].join(',')}`
        }),
      )
      expect(differences(readFixture(top, { ...fixture, texts }), whole)).toEqual([])
    }),
    fuzz,
  )
})

test('a number read in passing is the one Number() makes of its digits, and nothing else is a number', () => {
  const index = new Map([['x', 1]])
  const read = (cell: string) => {
    const reader = new LineReader(`name ${cell} 1\n`)
    reader.next()
    reader.scan()
    return reader.row(index).number('x')
  }
  const digits = fc
    .tuple(fc.constantFrom('', '-', '+'), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(20))
    .map(([sign, n, at]) => {
      const text = String(n).padStart(at + 1, '0')
      return sign + (at === 0 ? text : `${text.slice(0, -at)}.${text.slice(-at)}`)
    })
  fc.assert(
    fc.property(digits, (cell) => {
      expect(read(cell)).toBe(Number(cell))
    }),
    fuzz,
  )
  for (const cell of ['-', '+', '.', '1.', '.5', '1.2.3', '1,5', '1e3', '0x1f', 'nan', '1-2', '--1', '٣'])
    expect([cell, read(cell)]).toEqual([cell, undefined])
})

test('a time of twelve hours is no user id', () => {
  const { instances } = understood(pidstat, named(pidstat, 'sysstat-12.6.1-12hours'))
  expect(instances?.map(({ name, labels }) => `${name} ${labels?.['comm']}`)).toContain('12667 sh')
  expect(instances?.map(({ name }) => name)).not.toContain('0')
})

test('dmesg -T tells no seconds since boot: not understood, not quiet', () => {
  const fixture = named(dmesg, 'util-linux-2.38.1-oom-cgroup')
  const texts = fixture.texts.map((text) => text.replace(/^<\d+>\[[^\]]*\]/gm, '[Mon Nov 23 09:28:53 2026]'))
  expect(isUnavailable(readFixture(dmesg, { ...fixture, texts }))).toBe(true)
})
