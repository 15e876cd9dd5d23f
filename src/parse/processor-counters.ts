// Context → whether the processor's own event counters can be seen. The kernel has a device for them only where it drives them.
import type { Context } from '../model/context.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

/** One for all CPUs of x86, one for each kind of core of a hybrid processor, one for each core design of ARM; names of POWER and s390. */
const PROCESSOR = /^(?:cpu|cpu_\w+|armv\d\w*|apple_\w+|cpum_cf)$/

export const uncounted = unavailable(
  'not supported',
  'the counters of the processor (PMC) are not visible here, as in most virtual machines: instructions per cycle cannot be known',
)

/** Why nothing can be counted; undefined when it can, or nobody knows. */
export function noProcessorCounters(context: Context): Unavailable | undefined {
  return context.counters === undefined || context.counters.some((name) => PROCESSOR.test(name)) ? undefined : uncounted
}
