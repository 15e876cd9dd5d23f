// What mpstat and iostat print, JSON or text → the entries of each sample, by the same names. Broken or cut JSON is not understood.
//   {"sysstat": {"hosts": [{"nodename": "host", "number-of-cpus": 2, "statistics": [
//     {"timestamp": "07:50:51", "cpu-load": [
//       {"cpu": "all", "usr": 46.46, "nice": 0.00, "sys": 9.09, …
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { isCount, isObject, printedJson } from './json.ts'
import { textRows } from './sysstat-text.ts'
import type { Row } from './table.ts'

export interface Entry {
  readonly name: string
  /** sysstat's shares, rates and times are never below zero: such a one is damage, and undefined. */
  readonly number: (key: string) => number | undefined
}

export interface Printed {
  readonly tool: string
  /** Name of the list in JSON: `cpu-load`. */
  readonly list: string
  /** Its key for the name: `cpu`; in text the header's word for it: `CPU`. */
  readonly key: string
  readonly column: string
  /** Columns of which its table has some: mpstat has other tables of CPUs. */
  readonly known: readonly string[]
  readonly stamped: boolean
}

/** Text of `TOOL` or `TOOL -o JSON` → one array of entries per sample. */
export function samples(text: string, printed: Printed): readonly (readonly Entry[])[] | Unavailable {
  const json = printedJson(text)
  if (json !== undefined || text.includes('"sysstat"')) return fromJson(json, printed)
  const found = fromText(text, printed)
  const { tool, known } = printed
  if (found.length === 0)
    return unavailable('not understood', `${tool} printed neither JSON statistics nor a table with its columns`)
  // A locale with a decimal comma.
  return found.some((sample) =>
    sample.some((entry) => known.some((title) => entry.number(title.replace(/^%/, '')) !== undefined)),
  )
    ? found
    : unavailable('not understood', `${tool} printed a table without one number of the form 0.00`)
}

/** The sum of keys of one entry; undefined when any is absent. */
export function total(entry: Entry, keys: readonly string[]): number | undefined {
  let found = 0
  for (const key of keys) {
    const value = entry.number(key)
    if (value === undefined) return undefined
    found += value
  }
  return found
}

/** Samples → name → its entries in time order. */
export function byName(found: readonly (readonly Entry[])[]): Map<string, Entry[]> {
  const named = new Map<string, Entry[]>()
  for (const sample of found)
    for (const entry of sample) {
      const entries = named.get(entry.name)
      if (entries) entries.push(entry)
      else named.set(entry.name, [entry])
    }
  return named
}

function fromJson(json: unknown, { tool, list, key }: Printed): readonly (readonly Entry[])[] | Unavailable {
  const statistics = find(json, ['sysstat', 'hosts', 0, 'statistics'])
  if (!Array.isArray(statistics)) return unavailable('not understood', `${tool} printed no complete JSON statistics`)
  const found: Entry[][] = []
  for (const sample of statistics) {
    const entries = find(sample, [list])
    if (!Array.isArray(entries)) return unavailable('not understood', `a sample of ${tool} has no list ${list}`)
    found.push(entries.flatMap((entry: unknown) => (isObject(entry) ? (jsonEntry(entry, key) ?? []) : [])))
  }
  return found.length > 0 ? found : unavailable('not understood', `${tool} printed no samples`)
}

function jsonEntry(cells: Readonly<Record<string, unknown>>, key: string): Entry | undefined {
  const name = cells[key]
  if (typeof name !== 'string') return undefined
  return {
    name,
    number: (column) => {
      const value = cells[column]
      return isCount(value) ? value : undefined
    },
  }
}

/** A name that comes again begins the next sample: not every version repeats the header. */
function fromText(text: string, { column, known, stamped }: Printed): Entry[][] {
  const isHeader = (cells: readonly string[]) =>
    (cells.includes(column) || cells.includes(`${column}:`)) &&
    known.filter((title) => cells.includes(title)).length > 1
  const found: Entry[][] = []
  const seen = new Map<string, number>()
  for (const cells of textRows(text, { stamped, isHeader })) {
    const name = cells.text(column) ?? ''
    if (found.length === 0 || seen.get(name) === found.length) found.push([])
    seen.set(name, found.length)
    found.at(-1)?.push(new TextEntry(name, cells))
  }
  // Cut within a line: the busiest CPU may be one that is not in the last sample.
  return text.endsWith('\n') ? found : found.slice(0, -1)
}

function find(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) {
    if (Array.isArray(at) && typeof step === 'number') at = at[step]
    else if (isObject(at) && typeof step === 'string' && Object.hasOwn(at, step)) at = at[step]
    else return undefined
  }
  return at
}

class TextEntry implements Entry {
  readonly name: string
  readonly #cells: Row

  constructor(name: string, cells: Row) {
    this.name = name
    this.#cells = cells
  }

  number(key: string): number | undefined {
    const value = this.#cells.number(key)
    return value !== undefined && value >= 0 ? value : undefined
  }
}
