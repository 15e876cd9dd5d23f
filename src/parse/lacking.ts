// Instances → why a metric none of them has is not known, for tools that print each column for every instance.
// Without a reason it would pass for something no instance could have the problem of, and be judged ok.
import type { Instance } from '../model/metric.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

export function lacking(
  tool: string,
  metrics: readonly string[],
  instances: readonly Instance[],
): Record<string, Unavailable> {
  const missing: Record<string, Unavailable> = {}
  if (instances.length === 0) return missing
  for (const id of metrics)
    if (!instances.some((one) => id in one.values))
      missing[id] = unavailable('not supported', `this ${tool} does not print what ${id} is made of`)
  return missing
}
