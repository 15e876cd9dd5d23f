// A log of events and a question → times between them or counts of them, as histogram and rows.
import { distributionOf } from '../model/distribution.ts'
import { mergedRows, type Row } from '../model/tally.ts'
import type { LogEvent } from './log-event.ts'
import { withTotal, type Measured } from './measured.ts'
import type { Condition, Counts, Edge, Label, Pairs, Point, Question } from './question.ts'

const MICROSECOND = 1e-6

/** `pid`: only what is about this process: its threads where the log tells them (perf), else its first thread. */
export function measureLog(log: Iterable<LogEvent>, question: Question, pid?: number): Measured {
  const mine = pid === undefined ? () => true : ownedBy(pid)
  return question.kind === 'pairs' ? times(log, question, mine) : counts(log, question, mine)
}

type Mine = (event: LogEvent, labels?: Readonly<Record<string, string>>) => boolean

/** Everything was recorded, for what is about a process often happens while another runs: who wakes it, who issues its writes. */
function ownedBy(pid: number): Mine {
  const threads = new Set([String(pid)])
  return (event, labels) => {
    if (event.process === pid) threads.add(String(event.pid))
    return threads.has(labels?.['pid'] ?? String(event.pid))
  }
}

interface Begun {
  readonly seconds: number
  readonly event: LogEvent
}

function times(log: Iterable<LogEvent>, pairs: Pairs, mine: Mine): Measured {
  const begun = new Map<string, Begun>()
  const rows: Row[] = []
  const values = new Map<string, { readonly labels: Record<string, string>; readonly seconds: number[] }>()
  for (const event of log) {
    // An end before a start: one event may be both, and then it ends what was before.
    const end = edgeOf(event, pairs.end)
    const before = end === undefined ? undefined : begun.get(end)
    if (end !== undefined && before) {
      begun.delete(end)
      // Clocks of two CPUs may differ by a few hundred nanoseconds.
      const seconds = Math.max(0, event.seconds - before.seconds)
      const labels = labelsOf(pairs.labels, event, before.event)
      if (labels && mine(before.event, labels)) {
        const bytes = pairs.bytes === undefined ? undefined : before.event.number(pairs.bytes)
        rows.push({ labels, count: 1, seconds, ...(bytes === undefined ? {} : { bytes }) })
        sort(values, pairs.parts, labels, seconds)
      }
    }
    const start = edgeOf(event, pairs.start)
    if (start !== undefined) begun.set(start, { seconds: event.seconds, event })
  }
  const parts = [...values.values()].map((one) => ({
    labels: one.labels,
    distribution: distributionOf(one.seconds, MICROSECOND),
  }))
  return { ...withTotal(parts), rows: mergedRows(rows) }
}

function counts(log: Iterable<LogEvent>, question: Counts, mine: Mine): Measured {
  const rows: Row[] = []
  const values: number[] = []
  for (const event of log) {
    if (!question.of.some((point) => fits(event, point))) continue
    const labels = labelsOf(question.labels, event, event)
    if (!labels || !mine(event, labels)) continue
    const quantity = (of: { readonly field: string; readonly unit: number } | undefined) => {
      const number = of === undefined ? undefined : event.number(of.field)
      return number === undefined || of === undefined ? undefined : number * of.unit
    }
    const seconds = quantity(question.seconds)
    const bytes = quantity(question.bytes)
    const value = quantity(question.histogram)
    if (value !== undefined) values.push(value)
    rows.push({
      labels,
      count: 1,
      ...(seconds === undefined ? {} : { seconds }),
      ...(bytes === undefined ? {} : { bytes }),
    })
  }
  const unit = question.histogram?.unit
  return { rows: mergedRows(rows), ...(unit === undefined ? {} : { histogram: distributionOf(values, unit) }) }
}

function sort(
  values: Map<string, { readonly labels: Record<string, string>; readonly seconds: number[] }>,
  parts: readonly string[] | undefined,
  labels: Readonly<Record<string, string>>,
  seconds: number,
): void {
  const own = Object.fromEntries((parts ?? []).map((name) => [name, labels[name] ?? '']))
  const key = Object.values(own).join('\0')
  const found = values.get(key)
  if (found) found.seconds.push(seconds)
  else values.set(key, { labels: own, seconds: [seconds] })
}

function edgeOf(event: LogEvent, edges: readonly Edge[]): string | undefined {
  for (const edge of edges) {
    if (!fits(event, edge)) continue
    const key = edge.key.map((name) => event.field(name))
    if (!key.includes(undefined)) return key.join('\0')
  }
  return undefined
}

function fits(event: LogEvent, point: Point): boolean {
  return event.event === point.event && (point.when ?? []).every((condition) => holds(event, condition))
}

const COMPARED: Readonly<Record<Condition[1], (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '&': (a, b) => (a & b) !== 0,
  '~': () => false,
}

/** What the kernel's filter does. A field the log does not show fits nothing. */
function holds(event: LogEvent, [field, is, value]: Condition): boolean {
  if (typeof value === 'string') {
    const text = event.field(field)
    if (is === '~') return text !== undefined && globbed(value).test(text)
    return text !== undefined && (is === '==') === (text === value)
  }
  const number = event.number(field)
  if (number === undefined) return false
  return COMPARED[is](number, value)
}

function globbed(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
}

/** Undefined when one of the names is not there: a row without a name would be somebody else's. */
function labelsOf(
  labels: Readonly<Record<string, Label>> | undefined,
  end: LogEvent,
  start: LogEvent,
): Record<string, string> | undefined {
  const found: Record<string, string> = {}
  for (const [name, { at, field, or, names }] of Object.entries(labels ?? {})) {
    const event = at === 'start' ? start : end
    const value = event.field(field) ?? (or === undefined ? undefined : event.field(or))
    if (value === undefined) return undefined
    found[name] = names?.[value] ?? value
  }
  return found
}
