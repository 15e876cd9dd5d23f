// Counters read at several moments → rates and increases. A counter that went down was reset: that interval is discarded (law 7).

/** Counter values and the moments (ms) they were read → per-second rates of each interval; undefined when no interval is usable. */
export function rates(values: readonly (number | undefined)[], atMs: readonly number[]): number[] | undefined {
  const found: number[] = []
  for (let i = 1; i < values.length; i++) {
    const before = values[i - 1]
    const after = values[i]
    const seconds = ((atMs[i] ?? 0) - (atMs[i - 1] ?? 0)) / 1000
    if (before !== undefined && after !== undefined && after >= before && seconds > 0)
      found.push((after - before) / seconds)
  }
  return found.length > 0 ? found : undefined
}

/** Values of a counter → its increase; undefined when the first or the last is missing or it was reset anywhere between. */
export function increase(values: readonly (number | undefined)[]): number | undefined {
  const first = values[0]
  const last = values.at(-1)
  if (values.length < 2 || first === undefined || last === undefined) return undefined
  let before = first
  for (const value of values) {
    if (value !== undefined && value < before) return undefined
    before = value ?? before
  }
  return last - first
}

/** The increase over the whole time, per second. */
export function meanRate(values: readonly (number | undefined)[], atMs: readonly number[]): number | undefined {
  const grown = increase(values)
  const seconds = ((atMs.at(-1) ?? 0) - (atMs[0] ?? 0)) / 1000
  return grown !== undefined && seconds > 0 ? grown / seconds : undefined
}
