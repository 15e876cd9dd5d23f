// What a program printed → the value an own metric means, in base units; or a sentence that says why it is not there. A number is never guessed.
//   12                                                     match: ^(\d+)$
//   {"stats": {"queues": [{"name": "jobs", "length": 12}]}}  json: stats.queues[0].length
//   NAME   LENGTH                                          table: { column: LENGTH, where: { NAME: jobs } }
import { jsonPath, type OwnKind, type OwnMetric } from '../../model/own-metric.ts'
import { compilePattern } from '../../model/pattern.ts'
import { parseQuantity, type Dimension } from '../../model/unit.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { cellIn } from './cell.ts'

export type Understood = { readonly value: number | string } | { readonly why: string }

const YES = new Set(['1', 'yes', 'true', 'on'])
const NO = new Set(['0', 'no', 'false', 'off'])
const LONGEST = 256

export function valueIn(text: string, own: OwnMetric): Understood {
  const { match, json, table } = own.document
  if (match !== undefined) return matched(text, match, own)
  if (json !== undefined) return fromJson(text, json, own)
  if (table === undefined) return { why: 'nothing says which value is meant' }
  const found = cellIn(text, table)
  return 'why' in found ? found : valueOf(found.cell, own)
}

function matched(text: string, pattern: string, own: OwnMetric): Understood {
  const found = compilePattern(pattern).exec(text)
  const first = text.split('\n').find((line) => line.trim() !== '')
  if (!found)
    return {
      why: `nothing matches ${pattern}${first === undefined ? '' : `; it printed: ${first.trim().slice(0, 80)}`}`,
    }
  return found[1] === undefined ? { why: `${pattern} matches without its first group` } : valueOf(found[1], own)
}

function fromJson(text: string, path: string, own: OwnMetric): Understood {
  let at = parseJson(text)
  if (at === undefined) return { why: 'it is not JSON' }
  for (const step of jsonPath(path) ?? []) {
    if (typeof step === 'number' && Array.isArray(at)) at = at[step] as unknown
    else if (isObject(at) && Object.hasOwn(at, String(step))) at = at[String(step)]
    else return { why: `the JSON has no ${path}` }
  }
  if (typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean') return valueOf(String(at), own)
  return {
    why: `${path} is ${Array.isArray(at) ? 'a list' : at === null ? 'null' : at === undefined ? 'not there' : 'an object'}`,
  }
}

function valueOf(text: string, { metric: { dimension }, document, factor }: OwnMetric): Understood {
  const word = text.trim()
  if (dimension === 'text') return word === '' ? { why: 'the text is empty' } : { value: word.slice(0, LONGEST) }
  if (dimension === 'flag') {
    const answer = word.toLowerCase()
    if (YES.has(answer)) return { value: 1 }
    return NO.has(answer) ? { value: 0 } : { why: `${word.slice(0, 40)} is neither yes nor no` }
  }
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(word)) {
    const number = Number(word) * factor
    return Number.isFinite(number) ? { value: number } : { why: `${word.slice(0, 40)} is too large` }
  }
  // `45%` of df, `12ms`: a unit that is printed beside the number is taken at its word.
  const quantity = parseQuantity(word)
  if (quantity?.dimension === printed(dimension, document.kind)) return { value: quantity.value }
  return { why: `${word.slice(0, 40)} is not a number in ${document.unit}` }
}

/** A rate is made of a total: bytes per second of bytes. */
function printed(dimension: Dimension, kind: OwnKind): Dimension {
  if (kind !== 'rate') return dimension
  return dimension === 'byteRate' ? 'bytes' : 'count'
}
