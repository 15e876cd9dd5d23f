// The unit a tool prints its weights in → what the weights of Stacks are.

/** Samples or events; or time. */
export type WeightUnit = 'count' | 'ns' | 'us' | 'ms'

const SCALES: Readonly<Record<WeightUnit, number>> = { count: 1, ns: 1e-9, us: 1e-6, ms: 1e-3 }

export function scaleOf(unit: WeightUnit): number {
  return SCALES[unit]
}

export function dimensionOf(unit: WeightUnit): 'count' | 'seconds' {
  return unit === 'count' ? 'count' : 'seconds'
}
