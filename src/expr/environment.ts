// The CEL environment: one type for each dimension, and the operators physics allows between them. Comparing bytes with a percentage has no overload.
import { Environment } from '@marcbachmann/cel-js'
import type { Dimension, Quantity } from '../model/unit.ts'

/** A value with a unit, in base units. */
export abstract class Measure {
  readonly v: number
  constructor(v: number) {
    this.v = v
  }
  abstract get dimension(): Dimension
}
export class Ratio extends Measure {
  get dimension() {
    return 'ratio' as const
  }
}
export class Bytes extends Measure {
  get dimension() {
    return 'bytes' as const
  }
}
export class ByteRate extends Measure {
  get dimension() {
    return 'byteRate' as const
  }
}
export class Seconds extends Measure {
  get dimension() {
    return 'seconds' as const
  }
}
export class Rate extends Measure {
  get dimension() {
    return 'rate' as const
  }
}

const CLASSES = { Ratio, Bytes, ByteRate, Seconds, Rate } as const
type MeasureName = keyof typeof CLASSES
const NAMES = Object.keys(CLASSES) as MeasureName[]

/** CEL type of each dimension. Counts are plain doubles. */
export const CEL_TYPE: Readonly<Record<Dimension, string>> = {
  count: 'double',
  ratio: 'Ratio',
  bytes: 'Bytes',
  byteRate: 'ByteRate',
  seconds: 'Seconds',
  rate: 'Rate',
  text: 'string',
  flag: 'bool',
}

/** How each CEL type is called in a message to an author. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  double: 'a count',
  int: 'a number',
  Ratio: 'a percentage',
  Bytes: 'bytes',
  ByteRate: 'bytes per second',
  Seconds: 'a time',
  Rate: 'a rate per second',
  string: 'a text',
  bool: 'yes or no',
}

/** A number in base units → the value CEL computes with. */
export function wrap(value: number, dimension: Dimension): number | boolean | Measure {
  if (dimension === 'count') return value
  if (dimension === 'flag') return value !== 0
  const Class = CLASSES[CEL_TYPE[dimension] as MeasureName]
  return new Class(value)
}

/** What CEL computed → a quantity, a text or a yes/no. */
export function unwrap(value: unknown): Quantity | boolean | string {
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return { value, dimension: 'count' }
  if (typeof value === 'bigint') return { value: Number(value), dimension: 'count' }
  if (value instanceof Measure) return { value: value.v, dimension: value.dimension }
  return String(value)
}

let base: Environment | undefined

/** A fresh environment to declare an expression's variables in. Structural limits bound what an author's text can cost. */
export function environment(): Environment {
  base ??= build()
  return base.clone()
}

function build(): Environment {
  const env = new Environment({
    limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 64, maxMapEntries: 8, maxCallArguments: 8 },
  })
  for (const name of NAMES) env.registerType(name, { ctor: CLASSES[name], fields: {} })
  for (const name of NAMES) measureOperators(env, name)
  crossOperators(env)
  countOperators(env)
  env.registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b))
  env.registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
  return env
}

function measureOperators(env: Environment, name: MeasureName): void {
  const Class = CLASSES[name]
  env.registerOperator(`${name} < ${name}: bool`, (a: Measure, b: Measure) => a.v < b.v)
  env.registerOperator(`${name} <= ${name}: bool`, (a: Measure, b: Measure) => a.v <= b.v)
  env.registerOperator(`${name} > ${name}: bool`, (a: Measure, b: Measure) => a.v > b.v)
  env.registerOperator(`${name} >= ${name}: bool`, (a: Measure, b: Measure) => a.v >= b.v)
  env.registerOperator(`${name} == ${name}: bool`, (a: Measure, b: Measure) => a.v === b.v)
  env.registerOperator(`${name} + ${name}: ${name}`, (a: Measure, b: Measure) => new Class(a.v + b.v))
  env.registerOperator(`${name} - ${name}: ${name}`, (a: Measure, b: Measure) => new Class(a.v - b.v))
  // A share of two like things is a percentage, so that it compares with `10%` and not with a bare 0.1.
  env.registerOperator(`${name} / ${name}: Ratio`, (a: Measure, b: Measure) => new Ratio(divided(100 * a.v, b.v)))
  for (const number of ['double', 'int']) {
    env.registerOperator(`${name} * ${number}: ${name}`, (a: Measure, b: number | bigint) => new Class(a.v * Number(b)))
    env.registerOperator(`${number} * ${name}: ${name}`, (a: number | bigint, b: Measure) => new Class(Number(a) * b.v))
    env.registerOperator(
      `${name} / ${number}: ${name}`,
      (a: Measure, b: number | bigint) => new Class(divided(a.v, Number(b))),
    )
  }
  env.registerFunction(`max(${name}, ${name}): ${name}`, (a: Measure, b: Measure) => (a.v >= b.v ? a : b))
  env.registerFunction(`min(${name}, ${name}): ${name}`, (a: Measure, b: Measure) => (a.v <= b.v ? a : b))
}

function crossOperators(env: Environment): void {
  env.registerOperator('Ratio * Ratio: Ratio', (a: Measure, b: Measure) => new Ratio((a.v * b.v) / 100))
  for (const name of NAMES.filter((n) => n !== 'Ratio')) {
    const Class = CLASSES[name]
    env.registerOperator(`Ratio * ${name}: ${name}`, (a: Measure, b: Measure) => new Class((a.v / 100) * b.v))
    env.registerOperator(`${name} * Ratio: ${name}`, (a: Measure, b: Measure) => new Class((a.v * b.v) / 100))
  }
  env.registerOperator('Bytes / Seconds: ByteRate', (a: Measure, b: Measure) => new ByteRate(divided(a.v, b.v)))
  env.registerOperator('ByteRate * Seconds: Bytes', (a: Measure, b: Measure) => new Bytes(a.v * b.v))
  env.registerOperator('ByteRate / Rate: Bytes', (a: Measure, b: Measure) => new Bytes(divided(a.v, b.v)))
  env.registerOperator('Rate * Seconds: double', (a: Measure, b: Measure) => a.v * b.v)
  env.registerOperator('double / Seconds: Rate', (a: number, b: Measure) => new Rate(divided(a, b.v)))
}

/** CEL keeps int and double apart; for an author `3` and `3.0` are the same number. */
function countOperators(env: Environment): void {
  env.registerOperator('double == int: bool', (a: number | bigint, b: number | bigint) => Number(a) === Number(b))
  for (const [left, right] of [
    ['double', 'int'],
    ['int', 'double'],
  ] as const) {
    env.registerOperator(
      `${left} + ${right}: double`,
      (a: number | bigint, b: number | bigint) => Number(a) + Number(b),
    )
    env.registerOperator(
      `${left} - ${right}: double`,
      (a: number | bigint, b: number | bigint) => Number(a) - Number(b),
    )
    env.registerOperator(
      `${left} * ${right}: double`,
      (a: number | bigint, b: number | bigint) => Number(a) * Number(b),
    )
    env.registerOperator(`${left} / ${right}: double`, (a: number | bigint, b: number | bigint) =>
      divided(Number(a), Number(b)),
    )
  }
}

/** Nothing over nothing is nothing; something over nothing makes the expression unknown: it must not compare as false. */
function divided(a: number, b: number): number {
  if (b !== 0) return a / b
  if (a === 0) return 0
  throw new RangeError('a division by zero')
}
