// A value an author wrote → whether it is a number with a known unit, and the unit its owner has.
import { BASE, UNITS, type Dimension } from '../model/unit.ts'
import { quantityOf } from './expressions.ts'
import type { Pointer } from './located.ts'
import type { Mistake } from './page.ts'

export function unknownUnit(value: string, at: Pointer): Mistake {
  const unit = /^-?\d+(?:\.\d+)?\s*(\D+)$/.exec(value.trim())?.[1] ?? ''
  const sameLetters = UNITS.find((known) => known.toLowerCase() === unit.toLowerCase())
  const message =
    unit === '' ? `${value.slice(0, 40)} is not a number with a unit` : `${unit.slice(0, 40)} is not a unit`
  return {
    code: 'unknown-unit',
    message,
    hint: sameLetters ? `did you mean ${sameLetters}?` : `units are ${UNITS.join(' ')}`,
    at,
  }
}

/** Nothing is nothing in every unit: a plain 0 is right everywhere but in a text. */
export function* unitRules(value: unknown, dimension: Dimension, owner: string, at: Pointer): Generator<Mistake> {
  if (typeof value !== 'string' && typeof value !== 'number') return
  const quantity = quantityOf(value)
  if (!quantity) yield unknownUnit(String(value), at)
  else if (quantity.dimension === 'count' && quantity.value === 0 && dimension !== 'text') return
  else if (quantity.dimension !== dimension && !(dimension === 'flag' && quantity.dimension === 'count'))
    yield {
      code: 'unit-mismatch',
      message: `${owner} is ${WORDS[dimension]}; ${value} is ${WORDS[quantity.dimension]}`,
      hint: BASE[dimension] === '' ? 'write a plain number' : `write it in ${BASE[dimension]}`,
      at,
    }
}

const WORDS: Readonly<Record<Dimension, string>> = {
  count: 'a count',
  ratio: 'a percentage',
  bytes: 'a size',
  byteRate: 'bytes per second',
  seconds: 'a time',
  rate: 'a rate per second',
  text: 'a text',
  flag: 'yes or no (1 or 0)',
}
