// Throughput and link speed → utilization of a network interface.
import type { Context } from '../model/context.ts'

/** Bytes per second received and sent → percent of the link in the busier direction: links are full duplex. Undefined when the speed is unknown. */
export function utilization(
  name: string,
  received: readonly number[] | undefined,
  sent: readonly number[] | undefined,
  context: Context,
): number[] | undefined {
  const speed = context.interfaces.find((info) => info.name === name)?.speed
  if (speed === undefined || speed <= 0 || !received || !sent || received.length !== sent.length) return undefined
  return received.map((bytes, i) => (800 * Math.max(bytes, sent[i] ?? 0)) / speed)
}
