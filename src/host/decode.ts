// Bytes a host gave ⇄ text a parser gets. Valid UTF-8 is UTF-8; anything else is Latin-1, so that no byte is lost.
import { isUtf8 } from 'node:buffer'

/** Bytes → text. One rule for live and replayed looks: the same bytes are always the same text. */
export function decode(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
}

/** Text that `decode` made, with the number of bytes it was made of → those bytes: only one encoding has that length. */
export function encode(text: string, bytes: number): Buffer {
  const utf8 = Buffer.from(text, 'utf8')
  return utf8.length !== bytes && text.length === bytes ? Buffer.from(text, 'latin1') : utf8
}

/** Output that was cut at a cap → its whole lines: half a line could be read as a wrong number. */
export function wholeLines(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(10)
  return end < 0 ? bytes : bytes.subarray(0, end + 1)
}
