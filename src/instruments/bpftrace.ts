// A bpftrace program of ours → a back end; its JSON lines → histogram, rows and stacks.
//   {"type": "attached_probes", "data": {"probes": 5}}
//   {"type": "hist", "data": {"@latency": [{"min": 1, "max": 1, "count": 10}, {"min": 2, "max": 3, "count": 307}]}}
//   {"type": "stats", "data": {"@by": {"11216,git": {"count": 1, "average": 2, "total": 2}}}}
import { foldBpftrace, type WeightUnit } from '../flame/index.ts'
import type { BackEnd, Mechanism, Plan } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import type { Bucket, Distribution } from '../model/distribution.ts'
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { isCount, isObject, parseJson } from '../parse/json.ts'
import { EMPTY, withTotal, type Measured, type Part } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'

export interface BpftraceOptions {
  readonly id?: string
  /**
   * Text of the program: a `.bt` file. `$1` is the seconds it lasts, `$2` the only process it is about (0: all). It writes `@finished` when
   * they are over: only a program that ran in the kernel to its end has it.
   */
  readonly program: string
  readonly mechanism?: Mechanism
  readonly events: readonly string[]
  readonly microseconds: number
  readonly mostEvents?: number
  readonly maps: BpftraceMaps
  /** `$3` and on. */
  readonly parameters?: (plan: Plan) => readonly string[]
  readonly read: Reader
}

/**
 * What its maps are. Units: what one of their numbers is in the base unit (1e-6 where the program divides nsecs by 1000).
 * Keys come back joined by commas and a command name may hold one: a program puts the name last.
 */
export interface BpftraceMaps {
  /** `hist()`; with `parts` the names of its keys, in order. */
  readonly histogram?: { readonly map: string; readonly unit: number; readonly parts?: readonly string[] }
  /** Keyed by `labels`: `count()`, `sum()` of time or bytes, or `stats()`, that is count and sum. Maps of the same labels are one row. */
  readonly rows?: { readonly labels: readonly string[]; readonly names?: Names; readonly of: readonly RowMap[] }
  /** Keyed by kstack, ustack or both, and comm: `count()` or `sum()`. */
  readonly stacks?: { readonly map: string; readonly unit: WeightUnit }
  /** Plain numbers: `count()` or `sum()` without a key. */
  readonly numbers?: readonly { readonly map: string; readonly name: string; readonly unit: number }[]
}

export interface RowMap {
  readonly map: string
  readonly is: 'count' | 'seconds' | 'bytes'
  readonly unit?: number
}

/** Label → value the program prints → what people call it. */
export type Names = Readonly<Record<string, (value: string) => string>>

export function bpftrace(options: BpftraceOptions): BackEnd {
  return {
    id: options.id ?? 'bpftrace',
    instrument: 'bpftrace',
    mechanism: options.mechanism ?? 'tracepoint',
    tools: ['bpftrace'],
    events: options.events,
    microseconds: options.microseconds,
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    acts: (plan, tool) => [bpftraceAct(options.program, plan, tool, options.parameters?.(plan))],
    read: (looks) => {
      const found = spoiled(looks) ?? readBpftrace(looks[0]?.text ?? '', options.maps)
      return 'unavailable' in found ? found : options.read(found)
    },
    lost: lostEvents,
    finished: ([look]) => messages(look?.text ?? '').some(({ type, data }) => type === 'map' && '@finished' in data),
  }
}

/** Not -q: how many probes it attached is what proves an empty answer. Attaching takes it 1 to 3 s, 20 where the CPU is emulated. */
export function bpftraceAct(program: string, plan: Plan, tool: string, parameters: readonly string[] = []) {
  const seconds = Math.max(1, Math.round(plan.seconds))
  return {
    kind: 'run',
    argv: [tool, '-f', 'json', '-', String(seconds), String(plan.pid ?? 0), ...parameters],
    input: program,
    lastsMs: seconds * 1000,
    graceMs: 25_000,
    tracing: true,
  } as const
}

interface Message {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

export function messages(text: string): readonly Message[] {
  return text.split('\n').flatMap((line) => {
    const value = line.startsWith('{') ? parseJson(line) : undefined
    return isObject(value) && typeof value['type'] === 'string' && isObject(value['data'])
      ? [{ type: value['type'], data: value['data'] }]
      : []
  })
}

export function lostEvents(looks: readonly Observation[]): number {
  const numbers = looks.flatMap(({ text }) =>
    messages(text).flatMap(({ type, data }) =>
      type === 'lost_events' && isCount(data['events']) ? [data['events']] : [],
    ),
  )
  return numbers.reduce((total, n) => total + n, 0)
}

/** Maps that were never written are not printed: absent from a program that attached, they counted nothing. */
export function readBpftrace(text: string, maps: BpftraceMaps): Measured | Unavailable {
  const all = messages(text)
  const attached = all.find(({ type }) => type === 'attached_probes')?.data['probes']
  if (!isCount(attached)) return unavailable('not understood', 'bpftrace did not say that it attached its probes')
  if (attached === 0) return unavailable('failed', 'bpftrace attached no probe')
  const printed = new Map<string, unknown>()
  for (const { type, data } of all)
    if (type === 'map' || type === 'hist' || type === 'stats')
      for (const [name, value] of Object.entries(data)) printed.set(name, value)
  try {
    return {
      ...(maps.histogram === undefined ? {} : histogramOf(printed.get(maps.histogram.map), maps.histogram)),
      ...(maps.rows === undefined ? {} : { rows: rowsOf(printed, maps.rows) }),
      ...(maps.stacks === undefined ? {} : { stacks: foldBpftrace(text, maps.stacks) }),
      ...(maps.numbers === undefined ? {} : { numbers: numbersOf(printed, maps.numbers) }),
    }
  } catch (error) {
    if (error instanceof Strange) return unavailable('not understood', `bpftrace printed ${error.message}`)
    throw error
  }
}

function numbersOf(
  printed: ReadonlyMap<string, unknown>,
  wanted: NonNullable<BpftraceMaps['numbers']>,
): Record<string, number> {
  return Object.fromEntries(
    wanted.map(({ map, name, unit }) => {
      const value = printed.get(map) ?? 0
      if (!isCount(value)) throw new Strange(`no number in ${map}`)
      return [name, value * unit]
    }),
  )
}

function histogramOf(
  value: unknown,
  { map, unit, parts }: NonNullable<BpftraceMaps['histogram']>,
): Pick<Measured, 'histogram' | 'parts'> {
  if (value === undefined) return parts === undefined ? { histogram: EMPTY } : { histogram: EMPTY, parts: [] }
  if (parts === undefined) return { histogram: distribution(value, map, unit) }
  if (!isObject(value)) throw new Strange(`no histogram by key in ${map}`)
  return withTotal(
    Object.entries(value).map(([key, buckets]): Part => ({
      labels: labelled(key, parts, map),
      distribution: distribution(buckets, map, unit),
    })),
  )
}

/** Buckets are inclusive: 4 to 7. The first of negative numbers has no min: clocks that disagree; they are at 0. */
function distribution(value: unknown, map: string, unit: number): Distribution {
  if (!Array.isArray(value)) throw new Strange(`no buckets in ${map}`)
  const buckets = value.map((one: unknown): Bucket => {
    const { min: least, max = Infinity, count } = isObject(one) ? one : {}
    const min = least === undefined && typeof max === 'number' && max < 0 ? 0 : least
    if (typeof min !== 'number' || typeof max !== 'number' || !isCount(count))
      throw new Strange(`a bucket of ${map} without numbers`)
    const low = Math.max(0, min)
    return { low: low * unit, high: (Number.isFinite(max) ? Math.max(low, max) + 1 : low * 2) * unit, count }
  })
  return { kind: 'distribution', buckets: buckets.filter(({ count }) => count > 0) }
}

function rowsOf(
  printed: ReadonlyMap<string, unknown>,
  { labels, names, of }: NonNullable<BpftraceMaps['rows']>,
): readonly Row[] {
  const found = new Map<string, Row>()
  for (const { map, is, unit = 1 } of of) {
    const value = printed.get(map) ?? {}
    if (!isObject(value)) throw new Strange(`no keys in ${map}`)
    for (const [key, cell] of Object.entries(value)) {
      const before = found.get(key) ?? { labels: named(labelled(key, labels, map), names), count: 0 }
      found.set(key, { ...before, ...amounts(cell, is, unit, map) })
    }
  }
  return [...found.values()]
}

function amounts(cell: unknown, is: RowMap['is'], unit: number, map: string): Partial<Row> {
  // stats(): how many, and all of them together.
  const total = isObject(cell) ? cell['total'] : cell
  const count = isObject(cell) ? cell['count'] : undefined
  if (!isCount(total)) throw new Strange(`no number in ${map}`)
  return { [is]: total * unit, ...(isCount(count) ? { count } : {}) }
}

/** Only the last of the keys may hold a comma. */
function labelled(key: string, labels: readonly string[], map: string): Record<string, string> {
  const words = key.split(',')
  if (words.length < labels.length) throw new Strange(`too few keys in ${map}`)
  const values = [...words.slice(0, labels.length - 1), words.slice(labels.length - 1).join(',')]
  return Object.fromEntries(labels.map((label, i) => [label, (values[i] ?? '').trim()]))
}

function named(labels: Record<string, string>, names: Names | undefined): Record<string, string> {
  return names === undefined
    ? labels
    : Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, names[label]?.(value) ?? value]))
}

/** What a program of ours cannot have printed. Never leaves this module. */
class Strange extends Error {}
