// Thin pools of whichever source → a reading; and whether the host has device-mapper devices at all.
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

export const POOL_METRICS = ['pool.data_used', 'pool.metadata_used'] as const

/** Opening device-mapper's control file loads its module: without a mapped device nobody opens it. */
export function mapped(context: Context): Unavailable | undefined {
  return context.disks.some((disk) => disk.class === 'stacked' && disk.name.startsWith('dm-'))
    ? undefined
    : unavailable('nothing to measure', 'this host has no device-mapper device')
}

export function poolReading(pools: readonly Instance[]): Reading | Unavailable {
  return pools.length > 0 ? { instances: pools } : unavailable('nothing to measure', 'this host has no thin pool')
}
