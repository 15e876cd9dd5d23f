// Samples → a tiny bar per sample and the numbers, in the unit the value was printed in.
import { quantityOf } from './words.ts'

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
/** More bars than this no longer fit beside the numbers; each bar then shows the largest of several samples. */
const WIDTH = 12

export function sparkline(samples: readonly number[]): string {
  const bars = squeeze(samples.filter(Number.isFinite))
  const top = Math.max(...bars, 0)
  return bars.map((sample) => BARS[top === 0 ? 0 : Math.round((Math.max(0, sample) / top) * 7)] ?? BARS[0]).join('')
}

/** `▇▆█▇▆ 14 13 20 15 14`: all numbers up to eight, else least, median and most. */
export function samplesText(samples: readonly number[] | undefined, value: string): string {
  const finite = (samples ?? []).filter(Number.isFinite)
  if (finite.length < 2) return ''
  const scale = scaleOf(value)
  const numbers = finite.map((sample) => short(sample / scale))
  if (finite.length <= 8) return `${sparkline(finite)} ${numbers.join(' ')}`
  const sorted = [...finite].sort((a, b) => a - b)
  const at = (share: number) => short((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / scale)
  return `${sparkline(finite)} ${at(0)} to ${at(1)}, median ${at(0.5)}`
}

function squeeze(samples: readonly number[]): readonly number[] {
  if (samples.length <= WIDTH) return samples
  return Array.from({ length: WIDTH }, (_, i) =>
    Math.max(
      ...samples.slice(Math.floor((i * samples.length) / WIDTH), Math.floor(((i + 1) * samples.length) / WIDTH)),
    ),
  )
}

/** Samples are in base units, the value may say GiB or ms: divide by what one of its units is worth. */
function scaleOf(value: string): number {
  const unit = /[A-Za-z%/]+$/.exec(value.trim())?.[0]
  return (unit === undefined ? undefined : quantityOf(`1${unit}`)?.value) ?? 1
}

function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value))
  return String(Number(value.toFixed(size >= 10 ? 1 : 2)))
}
