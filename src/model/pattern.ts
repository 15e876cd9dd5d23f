// A regular expression of an author → what in it could take more than linear time on hostile text, or its groups when nothing does.
// What is left is what V8's linear engine can run, which takes over when a match backtracks too much (scripts/load.cjs).

export interface PatternMistake {
  readonly kind: 'syntax' | 'backreference' | 'lookaround' | 'repetition'
  readonly message: string
  readonly start: number
  readonly end: number
}

/** V8's linear engine writes a repeated part out; it refuses more copies than these, nested ones multiplied. */
const MOST_COPIES = 16
const AROUND = /^\(\?(?:<?[=!])/
const GROUP = /^\((?:\?(?::|<[A-Za-z_$][\w$]*>))?/
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/

/** The RegExp of an own metric: `^` and `$` are ends of lines. */
export function compilePattern(text: string): RegExp {
  return new RegExp(text, 'm')
}

export function groupsIn(text: string): number {
  return (new RegExp(`${text}|`).exec('')?.length ?? 1) - 1
}

export function mistakeInPattern(text: string): PatternMistake | undefined {
  try {
    compilePattern(text)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { kind: 'syntax', message: said.replace(/^.*\/m?: /s, '').toLowerCase(), start: 0, end: text.length }
  }
  return slowPart(text)
}

/** One pass: `frames` has the copies of the costliest part of each open group. */
function slowPart(text: string): PatternMistake | undefined {
  const frames: number[] = [1]
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at)
    const found = (kind: PatternMistake['kind'], message: string, length: number): PatternMistake => ({
      kind,
      message,
      start: at,
      end: at + length,
    })
    const around = AROUND.exec(rest)?.[0]
    const back = /^\\(?:[1-9]\d*|k)/.exec(rest)?.[0]
    if (/^\(\?(?![:<=!])/.test(rest)) return found('syntax', 'a group of a kind that is not known', 2)
    if (around !== undefined) return found('lookaround', 'looks ahead or behind', around.length)
    if (back !== undefined) return found('backreference', 'refers back to a group', back.length)
    const { length, copies, opens } = atomIn(rest, frames)
    if (opens) {
      frames.push(1)
      at += length
      continue
    }
    at += length
    const repeated = QUANTIFIER.exec(text.slice(at))
    const total = copies * (repeated ? Math.max(1, copiesOf(repeated)) : 1)
    if (total > MOST_COPIES) return found('repetition', `repeats a part ${total} times`, repeated?.[0].length ?? 1)
    frames.push(Math.max(frames.pop() ?? 1, total))
    at += repeated?.[0].length ?? 0
  }
  return undefined
}

interface Atom {
  readonly length: number
  readonly copies: number
  readonly opens?: true
}

function atomIn(rest: string, frames: number[]): Atom {
  if (rest.startsWith('\\')) return { length: 2, copies: 1 }
  if (rest.startsWith('[')) return { length: /^\[(?:[^\]\\]|\\.)*\]/s.exec(rest)?.[0].length ?? rest.length, copies: 1 }
  if (rest.startsWith('(')) return { length: GROUP.exec(rest)?.[0].length ?? 1, copies: 1, opens: true }
  if (rest.startsWith(')')) return { length: 1, copies: frames.pop() ?? 1 }
  return { length: 1, copies: 1 }
}

function copiesOf(quantifier: RegExpExecArray): number {
  const [text, least, comma, most] = quantifier
  if (least === undefined) return text.startsWith('+') ? 2 : 1
  if (comma === undefined) return Number(least)
  return most === '' || most === undefined ? Number(least) + 1 : Number(most)
}
