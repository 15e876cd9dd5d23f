// What the YAML library says is wrong → what an author can do about it.
import type { YAMLParseError } from 'yaml'
import type { Refusal } from './lexemes.ts'

const WORDS: readonly (readonly [RegExp, string, string])[] = [
  [
    /Nested mappings/,
    'a second `: ` in one value',
    'a text with `: ` in it must be quoted; keys of one map begin in the same column',
  ],
  [/Implicit keys need/, 'a key without `:`', 'write KEY: VALUE; further lines of a text are indented'],
  [/Plain value cannot start with/, 'a text cannot begin with this character', 'quote the text'],
  [/must be sufficiently indented/, 'the lines of a bracket are not indented', 'indent them deeper than the key'],
  [
    /must start at the same column/,
    'this line is indented differently from its neighbours',
    'items of one list or map begin in the same column',
  ],
  [/followed by map values/, 'a key without `:`', 'write KEY: VALUE'],
  [/Sequence item without/, 'an item of a list without `-`', 'write - ITEM'],
  [
    /within flow collections/,
    'not understood inside brackets',
    'separate items by commas; quote a text with `: ` in it',
  ],
  [/Missing , or :|Missing ,/, 'a comma is missing between two items', 'separate items by commas'],
  [/Missing space after :/, 'a space is missing after the `:`', 'write KEY: VALUE'],
  [/Unexpected ,|Unexpected empty item/, 'a comma with nothing before it', 'remove it'],
  [
    /Comments must be separated/,
    'a space is missing before the #',
    'a comment begins with ` #`; quote a text that contains #',
  ],
  [
    /at node end/,
    'this does not belong to the value before it',
    'quote the whole value; in single quotes an apostrophe is written twice',
  ],
  [
    /block-seq-ind|seq-item-ind|block sequence/i,
    'a list cannot begin here',
    'put the - on a line of its own below the key',
  ],
  [/Block scalar header|Not a YAML token/, 'words behind > or |', 'the text begins on the next line, indented'],
  [/Invalid escape sequence/, 'not an escape that YAML knows', 'use single quotes: they take \\ literally'],
]

export function explainSyntax(error: YAMLParseError, text: string): Refusal {
  const raw = error.message.split('\n')[0] ?? 'not YAML'
  const found = WORDS.find(([pattern]) => pattern.test(raw))
  const [start, end] = error.pos
  const at = Math.min(start, Math.max(0, text.length - 1))
  return {
    code: 'yaml-syntax',
    message: found?.[1] ?? raw,
    hint: found?.[2] ?? 'see the guide for the YAML this format uses',
    start: at,
    end: Math.max(at + 1, end),
  }
}
