// The JSON of mpstat and iostat → the entries of one list in each sample. JSON that is broken or cut short is not understood.
//   {"sysstat": {"hosts": [{"nodename": "host", "number-of-cpus": 2, "statistics": [
//     {"timestamp": "07:50:51", "cpu-load": [
//       {"cpu": "all", "usr": 46.46, "nice": 0.00, "sys": 9.09, …
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { isCount, isObject, parseJson } from './json.ts'
import { sum } from './table.ts'

export type Entry = ReadonlyMap<string, unknown>

/** Text of `TOOL -o JSON` → one array of entries per sample. */
export function samples(tool: string, text: string, list: string): readonly (readonly Entry[])[] | Unavailable {
  const statistics = find(parseJson(text), ['sysstat', 'hosts', 0, 'statistics'])
  if (!Array.isArray(statistics)) return unavailable('not understood', `${tool} printed no complete JSON statistics`)
  const found: Entry[][] = []
  for (const sample of statistics) {
    const entries = find(sample, [list])
    if (!Array.isArray(entries)) return unavailable('not understood', `a sample of ${tool} has no list ${list}`)
    found.push(entries.map((entry) => new Map(Object.entries(isObject(entry) ? entry : {}))))
  }
  return found.length > 0 ? found : unavailable('not understood', `${tool} printed no samples`)
}

/** Number of a key. sysstat's shares, rates and times are never below zero: such a one is damage. */
export function numeric(entry: Entry, key: string): number | undefined {
  const value = entry.get(key)
  return isCount(value) ? value : undefined
}

/** The sum of keys of one entry; undefined when any is absent. */
export function total(entry: Entry, keys: readonly string[]): number | undefined {
  return sum(...keys.map((key) => numeric(entry, key)))
}

/** Samples → name → its entries in time order, named by one key. */
export function byName(found: readonly (readonly Entry[])[], key: string): Map<string, Entry[]> {
  const named = new Map<string, Entry[]>()
  for (const entry of found.flat()) {
    const name = entry.get(key)
    if (typeof name !== 'string') continue
    const entries = named.get(name)
    if (entries) entries.push(entry)
    else named.set(name, [entry])
  }
  return named
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
