// Counters of each memory node at both ends of the window → how much memory came from another node than the one that was wanted.
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { increase, meanRate } from './counters.ts'
import { defined } from './table.ts'

/** Node → counter (`numa_hit`, `numa_miss`, `local_node`, `other_node`) → pages since boot. */
export type NodeCounters = ReadonlyMap<string, ReadonlyMap<string, number>>

export const TRAFFIC = ['numa.allocations', 'numa.miss', 'numa.remote'] as const

/** With one node nothing can come from another. */
export function traffic(
  reads: readonly NodeCounters[],
  atMs: readonly number[],
): { readonly host: Record<string, number>; readonly missing: Record<string, Unavailable> } {
  const names = [...(reads.at(-1)?.keys() ?? [])]
  const all = (counter: string) =>
    reads.map((read) => {
      const values = names.map((name) => read.get(name)?.get(counter))
      return values.some((value) => value === undefined)
        ? undefined
        : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
    })
  const [hit, miss] = [increase(all('numa_hit')), increase(all('numa_miss'))]
  const [local, other] = [increase(all('local_node')), increase(all('other_node'))]
  const host = defined({
    'numa.nodes': names.length,
    'numa.allocations': meanRate(all('numa_hit'), atMs),
    'numa.miss': hit && miss !== undefined && names.length > 1 ? (100 * miss) / hit : undefined,
    'numa.remote':
      local !== undefined && other !== undefined && local + other > 0 && names.length > 1
        ? (100 * other) / (local + other)
        : undefined,
  })
  const why =
    names.length === 1
      ? unavailable('nothing to measure', 'this host has one memory node')
      : hit === 0
        ? unavailable('nothing to measure', 'no page was allocated in the window')
        : unavailable('not measured', 'the counters of the memory nodes were read once only, or were reset')
  return { host, missing: Object.fromEntries(TRAFFIC.filter((id) => !(id in host)).map((id) => [id, why])) }
}
