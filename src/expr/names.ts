// Expression text → the names and quantities in it, each with its place: what CEL cannot know (metrics, params, `80%`) is found here.
import { parseQuantity, UNITS, type Quantity } from '../model/unit.ts'

/** A dotted name, `known(NAME)`, a call, a quantity with a unit, or a bare number, at characters start..end. */
export interface Token {
  readonly kind: 'name' | 'known' | 'call' | 'method' | 'quantity' | 'number'
  readonly text: string
  readonly start: number
  readonly end: number
  readonly quantity?: Quantity
}

const WORDS = new Set(['true', 'false', 'null', 'in'])
const unitPattern = [...UNITS]
  .sort((a, b) => b.length - a.length)
  .map((unit) => unit.replace(/[/%]/g, '\\$&'))
  .join('|')
const SCAN = new RegExp(
  [
    String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`, // strings are skipped
    String.raw`(?<known>\bknown\s*\(\s*(?<knownName>[A-Za-z_]\w*(?:\.\w+)*)\s*\))`,
    String.raw`(?<quantity>(?<![\w.])\d+(?:\.\d+)?(?:${unitPattern})(?![\w%/]))`,
    String.raw`(?<number>(?<![\w.])\d+(?:\.\d+)?(?![\w.]))`,
    String.raw`(?<name>(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?<call>\s*\()?`,
  ].join('|'),
  'g',
)

export function tokens(text: string): Token[] {
  const found: Token[] = []
  for (const match of text.matchAll(SCAN)) {
    const groups = match.groups ?? {}
    const start = match.index
    if (groups['known'] !== undefined)
      found.push({ kind: 'known', text: groups['knownName'] ?? '', start, end: start + match[0].length })
    else if (groups['quantity'] !== undefined) {
      const quantity = parseQuantity(groups['quantity'])
      if (quantity)
        found.push({
          kind: 'quantity',
          text: groups['quantity'],
          start,
          end: start + groups['quantity'].length,
          quantity,
        })
    } else if (groups['number'] !== undefined)
      found.push({ kind: 'number', text: groups['number'], start, end: start + match[0].length })
    else if (groups['name'] !== undefined && !WORDS.has(groups['name']))
      found.push(...nameTokens(groups['name'], start, groups['call'] !== undefined))
  }
  return found
}

/** `a.b.contains(` is the name `a.b` and the method `contains`; `max(` is a call. */
function nameTokens(name: string, start: number, called: boolean): Token[] {
  if (!called) return [{ kind: 'name', text: name, start, end: start + name.length }]
  const dot = name.lastIndexOf('.')
  if (dot < 0) return [{ kind: 'call', text: name, start, end: start + name.length }]
  return [
    { kind: 'name', text: name.slice(0, dot), start, end: start + dot },
    { kind: 'method', text: name.slice(dot + 1), start: start + dot + 1, end: start + name.length },
  ]
}
