// Text of a hist file of tracefs → its histograms: keys, hit counts and sums of each entry, and what did not fit.
//   # trigger info: hist:keys=lat.log2:vals=hitcount:sort=hitcount:size=2048 [active]
//   { pid:        161, comm: sh                          } hitcount:        229  lat:    3050582
//       Dropped: 0

export interface HistEntry {
  /** In the order of the trigger's keys; `~ 2^13` for powers of two. */
  readonly keys: ReadonlyMap<string, string>
  readonly values: ReadonlyMap<string, number>
}

export interface Hist {
  /** As the trigger names them, modifiers and all: `lat.log2`. */
  readonly keys: readonly string[]
  readonly entries: readonly HistEntry[]
  readonly hits: number
  readonly dropped: number
}

const INFO = /^# trigger info: hist:(?:name=\w+:)?keys=([^:]+)/
const ENTRY = /^\{ (.+) \} hitcount: +(\d+)(.*)$/

/** One for each trigger of the file. */
export function readHists(text: string): readonly Hist[] {
  return text.split('# event histogram').flatMap((section) => {
    const lines = section.split('\n')
    const keys = lines
      .map((line) => INFO.exec(line)?.[1])
      .find((found) => found !== undefined)
      ?.split(',')
    const hits = /^ *Hits: (\d+)$/m.exec(section)?.[1]
    const dropped = /^ *Dropped: (\d+)$/m.exec(section)?.[1]
    // The totals come last: without them the text was cut.
    if (keys === undefined || dropped === undefined) return []
    return [
      {
        keys,
        hits: Number(hits ?? 0),
        dropped: Number(dropped),
        entries: lines.flatMap((line) => entryOf(line, keys)),
      },
    ]
  })
}

function entryOf(line: string, keys: readonly string[]): HistEntry[] {
  const [, inside, hits, rest] = ENTRY.exec(line) ?? []
  if (inside === undefined) return []
  const values = [...(rest ?? '').matchAll(/(\w+): +(\d+)/g)].map(
    ([, name = '', value]) => [name, Number(value)] as const,
  )
  const cells = cellsOf(inside, keys.map(plain))
  return cells.size === keys.length ? [{ keys: cells, values: new Map([['hitcount', Number(hits)], ...values]) }] : []
}

/** A command name may hold `, comm: `: each value ends where the next key of the trigger begins. */
function cellsOf(inside: string, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  let at = 0
  for (const [i, name] of names.entries()) {
    const head = `${name}: `
    if (!inside.startsWith(head, at)) return found
    const next = names[i + 1]
    const end = next === undefined ? inside.length : inside.indexOf(`, ${next}: `, at)
    if (end < 0) return found
    found.set(name, inside.slice(at + head.length, end).trim())
    at = end + 2
  }
  return found
}

export function plain(key: string): string {
  return key.replace(/\..*$/, '')
}

/**
 * A key `~ 2^k` holds what is above 2^(k-1) and up to 2^k, in whole numbers that were cut: 5 to 8 of k = 3 are 5 to below 9.
 * `~ 2^64` is a number below zero: the clocks of two CPUs differ by less than a microsecond, and nothing passed between.
 */
export function powerOf(text: string | undefined): { readonly low: number; readonly high: number } | undefined {
  const k = /^~ 2\^(\d+)$/.exec(text ?? '')?.[1]
  if (k === undefined || Number(k) > 64) return undefined
  return Number(k) === 0 || Number(k) === 64
    ? { low: 0, high: 2 }
    : { low: 2 ** (Number(k) - 1) + 1, high: 2 ** Number(k) + 1 }
}
