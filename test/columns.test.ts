// Tables read by header name: another version's new, missing or moved columns leave the other metrics as they were.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../src/model/unavailable.ts'
import { source as free } from '../src/tools/free/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'
import type { Source } from '../src/model/source.ts'
import { differences, fixturesOf, readFixture } from './support/fixtures.ts'

interface Table {
  readonly source: Source
  readonly fixture: string
  readonly header: RegExp
  readonly row: RegExp
  /** What stands before the first column in a row and has no name in the header. */
  readonly label?: RegExp
  /** Column → metrics that are lost with it. Columns that are not named here lose nothing. */
  readonly needed: Readonly<Record<string, readonly string[]>>
  /** How many columns the shortest row has: they stay in front, as they are in every version of the tool. */
  readonly front?: number
}

const tables: readonly Table[] = [
  {
    source: vmstat,
    fixture: 'procps-4.0.2-write',
    header: /^\s*r\s+b\s/,
    row: /^\s*\d/,
    needed: {
      r: ['cpu.runnable'],
      b: ['cpu.blocked'],
      si: ['memory.swap_in'],
      so: ['memory.swap_out'],
      in: ['cpu.interrupts'],
      cs: ['cpu.context_switches'],
      us: ['cpu.user'],
      sy: ['cpu.system'],
      id: ['cpu.utilization'],
      wa: ['cpu.utilization', 'cpu.iowait'],
      st: ['cpu.utilization', 'cpu.steal'],
    },
  },
  {
    source: free,
    fixture: 'procps-4.0.4-swap',
    header: /^\s+total\s/,
    row: /^\w+:/,
    label: /^\w+:/,
    needed: {
      total: ['*'],
      used: ['memory.swap_used'],
      free: ['memory.free'],
      shared: ['memory.shared'],
      buffers: ['memory.buffers'],
      cache: ['memory.cache'],
      available: ['memory.available'],
    },
    front: 3,
  },
]

type Edit = (cells: readonly string[], header: boolean) => readonly string[]

describe.each(tables.map((table) => [table.source.id, table] as const))('%s', (_, table) => {
  const fixture = fixturesOf(table.source).find(({ name }) => name === table.fixture)
  if (!fixture) throw new Error(`no fixture ${table.fixture}`)
  const columns = cellsOf(fixture.texts[0]?.split('\n').find((line) => table.header.test(line)) ?? '')
  const whole = readFixture(table.source, fixture)
  const after = (edit: Edit) =>
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

  test('a new column changes nothing', () => {
    fc.assert(
      fc.property(fc.nat(columns.length), fc.nat(99_999), (at, value) => {
        const reading = after((cells, header) =>
          at > cells.length ? cells : cells.toSpliced(at, 0, header ? 'new' : String(value)),
        )
        expect(differences(reading, whole)).toEqual([])
      }),
      { seed: 1 },
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
      { seed: 1 },
    )
  })

  test.each(columns)('without %s only what needs it is lost', (column) => {
    const at = columns.indexOf(column)
    const reading = after((cells) => cells.toSpliced(at, 1))
    const lost = table.needed[column] ?? []
    if (lost.includes('*')) return expect(isUnavailable(reading)).toBe(true)
    if (isUnavailable(whole)) throw new Error('the fixture is not understood')
    const host = Object.fromEntries(Object.entries(whole.host ?? {}).filter(([id]) => !lost.includes(id)))
    expect(differences(reading, { ...whole, host })).toEqual([])
  })
})

function edited(table: Table, text: string, edit: Edit): string {
  const line = (line: string) => {
    if (table.header.test(line)) return `   ${edit(cellsOf(line), true).join(' ')}`
    if (!table.row.test(line)) return line
    const label = table.label?.exec(line)?.[0] ?? ''
    return `${label} ${edit(cellsOf(line.slice(label.length)), false).join(' ')}`
  }
  return text.split('\n').map(line).join('\n')
}

function cellsOf(line: string): string[] {
  return line.trim().split(/\s+/)
}

function shuffled(places: readonly number[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray([...places], { minLength: places.length, maxLength: places.length })
}
