// Sockets seen at both ends of the window → name lookups over TCP: how many began, how many wait, and for which resolver.
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'
import { defined } from '../../parse/table.ts'
import { keyOf, most, tally, type Look } from './census.ts'

const DNS = 53

export const gives = ['dns.tcp_outstanding', 'dns.tcp_started', 'peer.tcp_lookups']

/**
 * A library that gets a truncated answer asks again over TCP and closes the connection itself: TIME-WAIT remembers each for a minute, and so two
 * looks count all of them. A resolver keeps one connection to the next resolver open: that one is at both looks, and is none.
 */
export function tcpLookups(looks: readonly Look[]): Required<Pick<Reading, 'host' | 'instances'>> {
  const asking = looks.map((look) => look.filter((one) => one.peerPort === DNS && one.port !== DNS))
  const [first, last] = [asking[0], asking.at(-1)]
  if (!first || !last || looks.length < 2) return { host: {}, instances: [] }
  const open = asking.map((look) => new Set(look.filter(({ state }) => state === 'ESTAB').map(keyOf)))
  const kept = new Set([...(open[0] ?? [])].filter((key) => open.at(-1)?.has(key)))
  const before = new Set(first.map(keyOf))
  const begun = last.filter((one) => !before.has(keyOf(one)))
  const counts = tally(begun.map(({ peer }) => peer))
  return {
    host: defined({
      'dns.tcp_outstanding': open.map((keys) => [...keys].filter((key) => !kept.has(key)).length),
      'dns.tcp_started': begun.length,
    }),
    instances: most(counts).map((name): Instance => ({
      domain: 'peer',
      name,
      labels: { address: name, port: String(DNS) },
      values: { 'peer.tcp_lookups': counts.get(name) ?? 0 },
    })),
  }
}
