// Host text → text that is safe to print: the one place where control, bidi and invisible characters become visible escapes.

/** Longer than any honest name or sentence; a report must stay readable whatever a process calls itself. */
const MAX = 400

const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g
const ODD_SPACE = /[\t\p{Zs}]/gu
/** Controls (ESC and DEL among them), format characters (bidi, zero width, tags), lone surrogates, fillers that show nothing. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu
/** Marks stacked on one letter run over the lines around them. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu

/** Text of unknown origin → one line that changes nothing but itself: no controls, no direction changes, at most `max` characters. */
export function clean(text: string, max = MAX): string {
  // Four units are the most one character can shrink by (a surrogate pair and marks): no need to look further.
  const bounded = text.length > max * 4 + 64 ? text.slice(0, max * 4 + 64) : text
  const visible = bounded
    .replace(LINE_BREAK, ' ')
    .replace(ODD_SPACE, ' ')
    .replace(UNSAFE, escaped)
    .replace(STACKED_MARKS, '$1')
  return shorten(visible, max)
}

/** A text of several lines that we laid out ourselves: line feeds stay, everything else is cleaned line by line. */
export function terminal(text: string): string {
  return text
    .split('\n')
    .map((line) => clean(line, 4000))
    .join('\n')
}

/** At most `max` characters, the last one an ellipsis when something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const characters = Array.from(text)
  return characters.length <= max ? text : `${characters.slice(0, Math.max(0, max - 1)).join('')}…`
}

/** Columns a text takes on a terminal: East Asian wide characters and emoji take two, marks none. */
export function columns(text: string): number {
  let width = 0
  for (const character of text) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}

const ZERO = /^\p{M}$/u
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
