// Names that come from the host → text that is safe inside an SVG: it can neither end an element nor hide or reverse what stands beside it.

/** C++ templates reach kilobytes; nobody reads them in a tooltip. */
const LONGEST = 400
const PLAIN = /^[\w .:;,~()[\]*+\-/$@#!|{}=?%^]*$/
/** Controls, format characters (bidi, zero width), lone surrogates, private use, and what shows nothing. XML allows no controls at all. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function xml(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
  if (PLAIN.test(short)) return short
  return short.replaceAll(UNSAFE, visible).replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] as string)
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
