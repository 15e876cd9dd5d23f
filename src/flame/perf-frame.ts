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

/** `line` holds one byte per character. Undefined: no stack line. Empty: a line that is no function. */
export function perfFrames(line: string, style: FrameStyle): readonly string[] | undefined {
  const [, , symbol, object] = LINE.exec(line) ?? []
  if (symbol === undefined || object === undefined) return undefined
  const name = symbol.replace(OFFSET, '')
  if (name.startsWith('(')) return []
  const names = name.split('->')
  // As Perl splits: what is empty at the end is nothing.
  while (names.length > 0 && names.at(-1) === '') names.pop()
  return names.map((part, i) => text(named(part, object, style) + mark(part, i, object, style)))
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
