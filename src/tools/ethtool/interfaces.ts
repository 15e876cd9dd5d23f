// Context → the interfaces worth asking ethtool about: those with a device of their own, up first.
import type { Context } from '../../model/context.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

const MOST = 8

export function devices(context: Context): readonly string[] | Unavailable {
  const own = context.interfaces.filter((one) => !one.virtual).toSorted((a, b) => Number(b.up) - Number(a.up))
  if (own.length === 0)
    return unavailable('not supported', 'no such hardware: no interface here has a device of its own')
  return own.slice(0, MOST).map((one) => one.name)
}

/** ethtool ends with 71 to 96 where a driver cannot do what is asked (the error number of the kernel or one of its own). */
export const NOT_SUPPORTED: readonly number[] = [1, ...Array.from({ length: 30 }, (_, i) => 70 + i)]
