// Units: the dimensions a metric can have, how `80%`, `10ms`, `1GiB`, `5/s` in YAML become numbers, and how numbers are printed.

/** What a number measures. Values are kept in the base unit of their dimension (see BASE). */
export type Dimension = 'count' | 'ratio' | 'bytes' | 'byteRate' | 'seconds' | 'rate' | 'text' | 'flag'

/** Base unit of each dimension: percent for ratios, bytes, bytes per second, seconds, events per second. */
export const BASE: Readonly<Record<Dimension, string>> = {
  count: '',
  ratio: '%',
  bytes: 'B',
  byteRate: 'B/s',
  seconds: 's',
  rate: '/s',
  text: 'text',
  flag: 'yes/no',
}

/** A number with its dimension, in base units. */
export interface Quantity {
  readonly value: number
  readonly dimension: Dimension
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}
const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
}

/** Every unit an author may write after a number. */
export const UNITS: readonly string[] = [
  '%',
  ...Object.keys(BYTES),
  ...Object.keys(BYTES).map((u) => `${u}/s`),
  ...Object.keys(SECONDS),
  '/s',
  '/min',
]

/** `80%`, `10ms`, `1.5GiB`, `20MiB/s`, `5/s`, `3` → a quantity; undefined when the text is not a number with a known unit. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s?([A-Za-z%/]*)$/.exec(text.trim())
  if (!match) return undefined
  const value = Number(match[1])
  const unit = match[2] ?? ''
  if (unit === '') return { value, dimension: 'count' }
  if (unit === '%') return { value, dimension: 'ratio' }
  if (unit === '/s') return { value, dimension: 'rate' }
  if (unit === '/min') return { value: value / 60, dimension: 'rate' }
  const perSecond = unit.endsWith('/s') ? BYTES[unit.slice(0, -2)] : undefined
  if (perSecond !== undefined) return { value: value * perSecond, dimension: 'byteRate' }
  const bytes = BYTES[unit]
  if (bytes !== undefined) return { value: value * bytes, dimension: 'bytes' }
  const seconds = SECONDS[unit]
  if (seconds !== undefined) return { value: value * seconds, dimension: 'seconds' }
  return undefined
}

/** Number → text as a person reads it: three significant digits, a fitting binary or time prefix. */
export function formatQuantity(value: number, dimension: Dimension): string {
  if (!Number.isFinite(value)) return 'n/a'
  if (dimension === 'ratio') return `${digits(value)} %`
  if (dimension === 'bytes') return scaled(value, BINARY)
  if (dimension === 'byteRate') return `${scaled(value, BINARY)}/s`
  if (dimension === 'seconds') return formatSeconds(value)
  if (dimension === 'rate') return `${grouped(value)}/s`
  if (dimension === 'flag') return value === 0 ? 'no' : 'yes'
  return grouped(value)
}

const BINARY: readonly (readonly [number, string])[] = [
  [1024 ** 4, 'TiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
]

function scaled(value: number, steps: typeof BINARY): string {
  for (const [size, name] of steps) if (Math.abs(value) >= size) return `${digits(value / size)} ${name}`
  return `${digits(value)} B`
}

function formatSeconds(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0 s'
  if (size < 1e-6) return `${digits(value * 1e9)} ns`
  if (size < 1e-3) return `${digits(value * 1e6)} us`
  if (size < 1) return `${digits(value * 1e3)} ms`
  if (size < 120) return `${digits(value)} s`
  if (size < 7200) return `${digits(value / 60)} min`
  if (size < 172_800) return `${digits(value / 3600)} h`
  return `${digits(value / 86_400)} d`
}

function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value))
  return String(Number(size >= 10 ? value.toFixed(1) : value.toFixed(2)))
}

function grouped(value: number): string {
  if (Math.abs(value) < 1000) return digits(value)
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ')
}
