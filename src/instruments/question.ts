// What is asked of tracepoints, as data: the time between two of them, or how often one of them happens. Back ends are made from it.

/** Kernel filter syntax in pieces: [field, operator, value]; all of a list must hold. */
export type Condition = readonly [
  field: string,
  is: '==' | '!=' | '<' | '<=' | '>' | '>=' | '&' | '~',
  value: number | string,
]

/** One tracepoint, with conditions on its fields. Fields of who runs: `@comm`, `@pid`, `@cpu`; `@event`: which of several it was (logs only). */
export interface Point {
  readonly event: string
  readonly when?: readonly Condition[]
}

/** A point with what identifies the thing that starts or ends there: the pid, device and sector, the lock's address. */
export interface Edge extends Point {
  readonly key: readonly string[]
}

/** A name for the rows: a field of the event that starts it or of the one that ends it. `names`: number → what people call it. */
export interface Label {
  readonly at?: 'start' | 'end'
  readonly field: string
  /** What it is called in the other events of the question: only logs can. */
  readonly or?: string
  readonly names?: Readonly<Record<string, string>>
  /** Its type in the kernel, for a synthetic event: `pid_t` (default; `int` of who runs), `char[16]`, `u32` (also of dev_t, which it does not know). Size and sign must be the field's own. */
  readonly type?: string
}

/** Time from any of the starts to the next end with the same key. */
export interface Pairs {
  readonly kind: 'pairs'
  readonly start: readonly Edge[]
  readonly end: readonly Edge[]
  /** Rows: who and what. Default place: the end. */
  readonly labels?: Readonly<Record<string, Label>>
  /** Labels that part the histogram too: by disk and operation. */
  readonly parts?: readonly string[]
  /** Field of the start that says how many bytes it moves. */
  readonly bytes?: string
}

/** Every event that fits, counted; with a number it carries as seconds, bytes, or as a histogram. */
export interface Counts {
  readonly kind: 'counts'
  readonly of: readonly Point[]
  readonly labels: Readonly<Record<string, Label>>
  /** Number of the event, and what one of it is in seconds: `{ field: 'pause', unit: 0.001 }`. */
  readonly seconds?: Quantity
  readonly bytes?: Quantity
  /** Its distribution, in powers of two of `unit`. */
  readonly histogram?: Quantity
}

export interface Quantity {
  readonly field: string
  /** One of the field's numbers in the base unit (seconds, bytes, count). */
  readonly unit: number
}

export type Question = Pairs | Counts

/** All points of a question. */
export function pointsOf(question: Question): readonly Point[] {
  return question.kind === 'pairs' ? [...question.start, ...question.end] : question.of
}

/** Tracepoint → the filter the kernel applies to it: any of the points' conditions; undefined where one of them wants all. */
export function filtersOf(question: Question): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>()
  for (const { event, when } of pointsOf(question)) {
    const before = found.get(event)
    const own = filterText(when)
    if (!found.has(event)) found.set(event, own)
    else if (before === undefined || own === undefined) found.set(event, undefined)
    else if (before !== own) found.set(event, `${before} || ${own}`)
  }
  return found
}

/** Conditions → kernel filter syntax; those on who runs have their own names there. */
export function filterText(when: readonly Condition[] | undefined): string | undefined {
  if (when === undefined || when.length === 0) return undefined
  const parts = when.map(
    ([field, is, value]) => `${kernelField(field)} ${is} ${typeof value === 'string' ? `"${value}"` : value}`,
  )
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' && ')})`
}

export function kernelField(field: string): string {
  return field === '@pid' ? 'common_pid' : field.replace('@', '')
}
