// Settings, each with its files and how to read it → a reading in which every setting has a value or the reason why it has none.
import type { Context } from '../../model/context.ts'
import type { Instance, Value } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Reading } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { number, words } from '../../parse/table.ts'
import { line, type Files } from '../context/text.ts'

/** What an item computes from: the files of the look, and the context for what it scales by. */
export interface Seen {
  readonly files: Files
  readonly context: Context
}

export interface Item {
  readonly paths: readonly string[]
  readonly value: (seen: Seen) => number | string | undefined
  /** Why there is no value where none of the files is there. */
  readonly absent?: Unavailable
}

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'EOPNOTSUPP'])

export type Items = Readonly<Record<string, Item>>

/** A file that holds one number; `scale` makes it the metric's base unit. A negative one is no amount. */
export function amount(path: string, scale = 1, absent?: Unavailable): Item {
  return item([path], ({ files: found }) => positive(found, path, scale), absent)
}

/** A file that holds 0 for no and another number for yes. */
export function flag(path: string, absent?: Unavailable): Item {
  return item([path], ({ files: found }) => yes(number(line(found, path))), absent)
}

/** A file that holds a name. */
export function name(path: string, absent?: Unavailable): Item {
  return item([path], ({ files: found }) => line(found, path)?.replace(/\s+/g, ' '), absent)
}

/** A file with a choice of which one stands in brackets: `always [madvise] never` → `madvise`. */
export function choice(path: string, absent?: Unavailable): Item {
  return item([path], ({ files: found }) => chosen(line(found, path)), absent)
}

/** One number of several in a file: `4096 131072 6291456`. */
export function nth(path: string, at: number, absent?: Unavailable): Item {
  return item([path], ({ files: found }) => whole(words(line(found, path) ?? '')[at]), absent)
}

export function item(paths: readonly string[], value: Item['value'], absent?: Unavailable): Item {
  return absent === undefined ? { paths, value } : { paths, value, absent }
}

export function positive(found: Files, path: string, scale = 1): number | undefined {
  const read = whole(line(found, path))
  return read === undefined ? undefined : read * scale
}

/** Whole and not negative; undefined for anything else. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined
}

export function chosen(text: string | undefined): string | undefined {
  return /\[([^\]\s]+)\]/.exec(text ?? '')?.[1]
}

export function yes(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value !== 0)
}

export function pathsOf(items: Items): readonly string[] {
  return [...new Set(Object.values(items).flatMap(({ paths }) => paths))]
}

/** `instances`: what was read beside the settings of the host, and why some of it is not there. */
export function readingOf(
  items: Items,
  looks: readonly Observation[],
  context: Context,
  instances?: readonly Instance[],
  lacking: Readonly<Record<string, Unavailable>> = {},
): Reading | Unavailable {
  const text = looks.map((look) => look.text).join('')
  if (text.trim() === '') return unavailable('not measured', 'none of the files that hold the settings was read')
  const seen = { files: files(text), context }
  const refused = unreadable(text)
  const host: Record<string, Value> = {}
  const missing: Record<string, Unavailable> = { ...lacking }
  for (const [id, one] of Object.entries(items)) {
    const value = one.value(seen)
    if (value === undefined) missing[id] = why(one, seen.files, refused)
    else host[id] = value
  }
  if (Object.keys(host).length === 0 && !instances?.length)
    return unavailable('not understood', 'no setting was found where the kernel keeps it')
  return { host, missing, ...(instances === undefined ? {} : { instances }) }
}

/** Only a file that is not there lets an item say that there is nothing to measure: what was not understood is not absent. */
function why({ paths, absent }: Item, found: Files, refused: ReadonlyMap<string, string>): Unavailable {
  const blind = paths.find((path) => !GONE.has(refused.get(path) ?? 'ENOENT'))
  const code = refused.get(blind ?? '')
  if (code === 'EACCES' || code === 'EPERM')
    return unavailable('not permitted', `${blind} may not be read`, 'run as root')
  if (code !== undefined) return unavailable('failed', `${blind} could not be read (${code})`)
  const odd = paths.find((path) => (found.get(path)?.trim() ?? '') !== '')
  if (odd !== undefined) return unavailable('not understood', `${odd} does not hold what it is known for`)
  return absent ?? unavailable('not supported', `${paths[0] ?? ''} is not here: this kernel has no such setting`)
}

/** Metrics of instances that none of them has: `none` where there is no instance at all. */
export function lackingIn(
  instances: readonly Instance[],
  ids: readonly string[],
  none: Unavailable,
  why: (id: string) => Unavailable,
): Record<string, Unavailable> {
  return Object.fromEntries(
    ids
      .filter((id) => !instances.some(({ values }) => values[id] !== undefined))
      .map((id) => [id, instances.length === 0 ? none : why(id)]),
  )
}
