// Looks in time order → seconds from the first to the last; undefined where there is only one.
import type { Observation } from '../model/observation.ts'

export function elapsed(looks: readonly Observation[]): number | undefined {
  const [first, last] = [looks[0], looks.at(-1)]
  return first && last && last.atMs > first.atMs ? (last.atMs - first.atMs) / 1000 : undefined
}
