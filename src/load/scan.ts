// The bytes of a file → its text, or why no parser should see it: too large, not UTF-8, characters that hide or break things.
import { isUtf8 } from 'node:buffer'
import type { Diagnostic } from '../model/diagnostic.ts'
import { excerptAt, positionOf, sourceText, type SourceText } from './source.ts'

export const LIMITS = { check: 64 * 1024, runbook: 1024 * 1024, causes: 256 * 1024, policy: 16 * 1024 } as const

const LINES = 30_000

/** C0 and C1 controls except tab and line ends, and those that reorder what a reviewer sees. */
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/

export type Scanned = { readonly source: SourceText } | { readonly mistake: Diagnostic }

export function scan(file: string, bytes: Uint8Array, limit: number): Scanned {
  if (bytes.length > limit) return tooLarge(file, bytes.length, limit)
  if (!isUtf8(bytes)) return notUtf8(file, bytes)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const source = sourceText(file, text)
  if (source.lines.length > LINES)
    return mistake(source, source.lines[LINES] ?? 0, {
      code: 'too-large',
      message: `the file has more than ${LINES} lines`,
      hint: 'split it',
    })
  if (text.startsWith('\ufeff'))
    return mistake(source, 0, {
      code: 'byte-order-mark',
      message: 'the file begins with a byte order mark',
      hint: 'save it as UTF-8 without one',
    })
  const hidden = text.search(HIDDEN)
  if (hidden >= 0) {
    const name = `U+${text.charCodeAt(hidden).toString(16).toUpperCase().padStart(4, '0')}`
    return mistake(source, hidden, {
      code: 'control-character',
      message: `the file contains the invisible character ${name}`,
      hint: 'remove it',
    })
  }
  return { source }
}

export function tooLarge(file: string, size: number, limit: number): { readonly mistake: Diagnostic } {
  return mistake(sourceText(file, ''), 0, {
    code: 'too-large',
    message: `the file has ${size} bytes; at most ${limit} are read`,
    hint: 'split it',
  })
}

function notUtf8(file: string, bytes: Uint8Array): Scanned {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const source = sourceText(file, decoder.decode(bytes))
  let line = 0
  for (let start = 0, end = 0; start < bytes.length; start = end + 1, line++) {
    end = bytes.indexOf(10, start)
    if (end < 0) end = bytes.length
    const part = bytes.subarray(start, end)
    if (!isUtf8(part))
      return mistake(source, (source.lines[line] ?? 0) + decoder.decode(part).indexOf('\ufffd'), {
        code: 'not-utf8',
        message: 'these bytes are not UTF-8',
        hint: 'save the file as UTF-8',
      })
  }
  return mistake(source, 0, { code: 'not-utf8', message: 'the file is not UTF-8', hint: 'save the file as UTF-8' })
}

function mistake(
  source: SourceText,
  at: number,
  what: { code: string; message: string; hint: string },
): { readonly mistake: Diagnostic } {
  const position = positionOf(source, at, at + 1)
  return { mistake: { severity: 'error', position, excerpt: excerptAt(source, position.line), ...what } }
}
