// Neighbours seen at both ends of the window → how many there are, how many nobody answers for, and which.
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'

const MOST_INSTANCES = 16

export interface Neighbour {
  readonly address: string
  readonly device: string
  /** Its hardware address is asked for, or nobody answered. */
  readonly unresolved: boolean
  /** It is asked for right now, because something is to be sent; a table that does not tell leaves it out. */
  readonly asked?: boolean
}

export type Look = readonly Neighbour[]

export const gives = ['neighbour.entries', 'neighbour.unresolved', 'peer.unresolved']

export function neighbours(looks: readonly Look[]): Required<Pick<Reading, 'host' | 'instances'>> {
  const key = (one: Neighbour) => `${one.address} ${one.device}`
  const missing = looks.map((look) => new Map(look.filter((one) => one.unresolved).map((one) => [key(one), one])))
  const lasting = [...(missing.at(-1) ?? [])].flatMap(([name, one]) =>
    missing.every((look) => look.has(name)) ? [one] : [],
  )
  const byAddress = new Map(lasting.map((one) => [one.address, one]))
  return {
    host: {
      'neighbour.entries': looks.map((look) => look.filter((one) => !one.address.includes(':')).length),
      'neighbour.unresolved': missing.map((look) => look.size),
    },
    instances: [...byAddress.values()].slice(0, MOST_INSTANCES).map(instance),
  }
}

function instance(one: Neighbour): Instance {
  return {
    domain: 'peer',
    name: one.address,
    labels: { address: one.address, device: one.device },
    values: { 'peer.unresolved': 1 },
  }
}
