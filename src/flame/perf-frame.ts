// One stack line of `perf script` → its frames, the function that was inlined last at the end. Runs once per distinct line.
//   ffffffff8103ce3b native_safe_halt+0xb ([kernel.kallsyms])
//             4005c1 main->f+0x14 (/usr/bin/app)
//       7f184000659c LazyCompile:*next /srv/app.js:3:7+0x1c (/tmp/perf-4711.map)

import { JAVA_CLASS, tidied } from './frame-name.ts'

export interface FrameStyle {
  /** Mark kernel frames `_[k]` and frames of code made at run time `_[j]`. */
  readonly annotate: boolean
  /** The thread is Java's: `Lorg/foo/Bar;::baz` loses its L. */
  readonly java: boolean
}

/** Address, symbol with offset, object: the same reading as everybody's, so that totals can be compared. ASCII only: these are bytes. */
const LINE = /^[ \t\r\f\v]*(\w+)[ \t\r\f\v]*(.+) \((.*)\)/
const OFFSET = /\+0x[\da-f]+$/
const KERNEL = /^\[|vmlinux$/
const RUN_TIME = /\/tmp\/perf-\d+\.map/
const NOT_ASCII = /[\x80-\xff]/

const TAB = 9,
  SPACE = 32,
  PARENTHESIS = 40
/** Byte → 1 where it is one of an address, as LINE has it. */
const WORD = Uint8Array.from({ length: 256 }, (_, byte) => Number(/\w/.test(String.fromCharCode(byte))))

/**
 * Where what decides about the frames begins: after the address, which is another in each process. In a line of another form: where the
 * line begins, which is at a blank. So the two cannot be taken for each other.
 */
export function afterAddress(bytes: Uint8Array, start: number): number {
  let at = start
  while (bytes[at] === SPACE || bytes[at] === TAB) at++
  const address = at
  while (WORD[bytes[at] as number] === 1) at++
  const next = bytes[at + 1] as number
  // Before a parenthesis is no symbol: LINE then takes the end of the address for one.
  return at > address && bytes[at] === SPACE && next > SPACE && next !== PARENTHESIS ? at + 1 : start
}

/** `line` holds one byte per character. Undefined: no stack line. Empty: a line that is no function. */
export function perfFrames(line: string, style: FrameStyle): readonly string[] | undefined {
  const [, , symbol, object] = LINE.exec(line) ?? []
  if (symbol === undefined || object === undefined) return undefined
  const name = symbol.replace(OFFSET, '')
  if (name === '' || name.startsWith('(')) return []
  if (!name.includes('->')) return [framed(name, 0, object, style)]
  const names = name.split('->')
  // As Perl splits: what is empty at the end is nothing.
  while (names.length > 0 && names.at(-1) === '') names.pop()
  return names.map((part, i) => framed(part, i, object, style))
}

function framed(part: string, place: number, object: string, style: FrameStyle): string {
  return text(named(part, object, style) + mark(part, place, object, style))
}

function named(part: string, object: string, style: FrameStyle): string {
  if (part === '[unknown]') return tidied(`[${object === '[unknown]' ? 'unknown' : object.replace(/.*\//, '')}]`)
  const name = tidied(part)
  const strip = name.includes('/') && (style.java || (style.annotate && RUN_TIME.test(object) && JAVA_CLASS.test(part)))
  return strip ? name.replace(/^L/, '') : name
}

function mark(part: string, place: number, object: string, style: FrameStyle): string {
  if (place > 0) return part.includes('_[i]') ? '' : '_[i]'
  if (!style.annotate) return ''
  // perf says of a function that was inlined only that.
  if (object === 'inlined') return '_[i]'
  if (KERNEL.test(object) && !object.includes('unknown')) return '_[k]'
  return RUN_TIME.test(object) && !part.includes('_[j]') ? '_[j]' : ''
}

function text(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}
