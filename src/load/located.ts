// A parsed document as a tree of plain data with the characters each part came from.

export interface Span {
  readonly start: number
  readonly end: number
}

export interface Entry {
  readonly key: Span
  readonly value: Located
}

export interface Located extends Span {
  readonly data: unknown
  readonly style?: 'plain' | 'single' | 'double' | 'block'
  readonly entries?: ReadonlyMap<string, Entry>
  readonly items?: readonly Located[]
}

/** Keys and indexes from the root to a part: `['tests', 0, 'given']`. */
export type Pointer = readonly (string | number)[]

export interface Found {
  readonly key?: Span
  readonly value: Located
}

export function find(root: Located, pointer: Pointer): Found | undefined {
  let found: Found = { value: root }
  for (const part of pointer) {
    const item = typeof part === 'number' ? found.value.items?.[part] : undefined
    const entry = found.value.entries?.get(String(part))
    if (item) found = { value: item }
    else if (entry) found = entry
    else return undefined
  }
  return found
}

/** Place of a part: of its key when asked for or when the value is empty. A part that is absent: its nearest parent. */
export function spanOf(root: Located, pointer: Pointer, part: 'key' | 'value' = 'value'): Span {
  for (let length = pointer.length; length >= 0; length--) {
    const found = find(root, pointer.slice(0, length))
    if (!found) continue
    const { key = length === 0 ? firstKey(root) : undefined, value } = found
    if (key && (part === 'key' || length < pointer.length || value.start === value.end)) return key
    return value
  }
  return root
}

function firstKey({ entries }: Located): Span | undefined {
  return entries?.values().next().value?.key
}

/** Characters from..to of a scalar's value → the characters of the file they were read from. */
export function spanWithin(text: string, scalar: Located, from: number, to: number): Span {
  if (typeof scalar.data !== 'string') return scalar
  const offsets = offsetsOf(text, scalar, scalar.data)
  const start = offsets?.[from]
  const last = offsets?.[Math.max(from, to - 1)]
  return start === undefined || last === undefined ? { start: scalar.start, end: scalar.end } : { start, end: last + 1 }
}

/**
 * Walks value and file side by side: white space matches white space of any length (folding, indentation),
 * an escape matches its character. Undefined where they part: then nobody guesses.
 */
function offsetsOf(text: string, scalar: Located, value: string): number[] | undefined {
  const offsets: number[] = []
  let at = firstCharacter(text, scalar)
  const space = (i: number) => /\s/.test(text.charAt(i))
  for (let i = 0; i < value.length;) {
    const wanted = value.charAt(i)
    if (/\s/.test(wanted)) {
      const from = at
      while (at < scalar.end && space(at)) at++
      for (let k = 0; i < value.length && /\s/.test(value.charAt(i)); i++, k++)
        offsets.push(Math.min(from + k, Math.max(from, at - 1)))
      continue
    }
    while (at < scalar.end && (space(at) || isJoin(text, at, scalar.style))) at++
    const taken = width(text, at, scalar.style, wanted)
    if (at >= scalar.end || taken === 0) return undefined
    offsets.push(at)
    at += taken
    i++
  }
  return offsets
}

/** A backslash that joins two lines of a text in double quotes. */
function isJoin(text: string, at: number, style: Located['style']): boolean {
  return style === 'double' && text[at] === '\\' && /[\r\n]/.test(text.charAt(at + 1))
}

function firstCharacter(text: string, { start, style }: Located): number {
  if (style === 'block') return text.indexOf('\n', start) + 1
  return style === 'plain' ? start : start + 1
}

/** How many characters of the file stand for `wanted`; 0 when they are something else. */
function width(text: string, at: number, style: Located['style'], wanted: string): number {
  if (style === 'single' && wanted === "'" && text.startsWith("''", at)) return 2
  if (style === 'double' && text[at] === '\\') return { x: 4, u: 6, U: 10 }[text.charAt(at + 1)] ?? 2
  return text[at] === wanted ? 1 : 0
}
