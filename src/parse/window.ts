// A window → what interval tools take: whole seconds between their samples, at least one.
import type { Window } from '../model/source.ts'

export function intervalSeconds({ intervalMs }: Pick<Window, 'intervalMs'>): number {
  return Math.max(1, Math.round(intervalMs / 1000))
}
