// Counters of the network stack, by nstat's names, read at both ends of the window → tcp.*, udp.* and ip.* metrics.
//   TcpRetransSegs, TcpExtListenOverflows, UdpRcvbufErrors, Udp6RcvbufErrors, IpInDiscards …
import type { Value } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Reading } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'

export type Counters = ReadonlyMap<string, number>

interface Rule {
  readonly metric: string
  /** Counters every kernel we know has: without one the metric is not known. */
  readonly sum: readonly string[]
  /** Counters that are taken off again, where the kernel has them; what is left is not below 0. */
  readonly less?: readonly string[]
  /** Counters that are added where the kernel has them: IPv6 may be switched off, some are newer than Linux 4. */
  readonly also?: readonly string[]
  readonly perSecond?: true
}

// SyncookiesSent is not added to syn_queue_drops: each such SYN is already in TCPReqQFullDoCookies.
const RULES: readonly Rule[] = [
  { metric: 'tcp.active_opens', sum: ['TcpActiveOpens'], perSecond: true },
  { metric: 'tcp.passive_opens', sum: ['TcpPassiveOpens'], perSecond: true },
  { metric: 'tcp.segments_in', sum: ['TcpInSegs'], perSecond: true },
  { metric: 'tcp.segments_out', sum: ['TcpOutSegs'], perSecond: true },
  { metric: 'tcp.retransmits', sum: ['TcpRetransSegs'], perSecond: true },
  { metric: 'tcp.attempt_fails', sum: ['TcpAttemptFails'] },
  { metric: 'tcp.resets_received', sum: ['TcpEstabResets'] },
  { metric: 'tcp.resets_sent', sum: ['TcpOutRsts'] },
  { metric: 'tcp.segment_errors', sum: ['TcpInErrs'] },
  { metric: 'tcp.data_sent', sum: ['TcpExtTCPOrigDataSent'] },
  { metric: 'tcp.retransmitted', sum: ['TcpRetransSegs'] },
  { metric: 'tcp.timeouts', sum: ['TcpExtTCPTimeouts'] },
  { metric: 'tcp.syn_retransmits', sum: ['TcpExtTCPSynRetrans'] },
  { metric: 'tcp.spurious_retransmits', sum: ['TcpExtTCPDSACKRecv', 'TcpExtTCPSpuriousRTOs'] },
  { metric: 'tcp.reorderings', sum: ['TcpExtTCPSACKReorder', 'TcpExtTCPRenoReorder', 'TcpExtTCPTSReorder'] },
  { metric: 'tcp.local_retransmit_fails', sum: ['TcpExtTCPRetransFail'] },
  { metric: 'tcp.listen_overflows', sum: ['TcpExtListenOverflows'] },
  { metric: 'tcp.listen_drops', sum: ['TcpExtListenDrops'] },
  { metric: 'tcp.syn_queue_drops', sum: ['TcpExtTCPReqQFullDrop', 'TcpExtTCPReqQFullDoCookies'] },
  { metric: 'tcp.memory_pressures', sum: ['TcpExtTCPMemoryPressures', 'TcpExtTCPAbortOnMemory'] },
  {
    metric: 'tcp.receive_pruned',
    sum: ['TcpExtPruneCalled', 'TcpExtRcvPruned', 'TcpExtTCPBacklogDrop'],
    also: ['TcpExtTCPRcvQDrop'],
  },
  { metric: 'tcp.gaps_received', sum: ['TcpExtTCPOFOQueue'], perSecond: true },
  { metric: 'tcp.zero_windows_sent', sum: ['TcpExtTCPToZeroWindowAdv'] },
  { metric: 'udp.receive_buffer_errors', sum: ['UdpRcvbufErrors'], also: ['Udp6RcvbufErrors'] },
  { metric: 'udp.send_buffer_errors', sum: ['UdpSndbufErrors'], also: ['Udp6SndbufErrors'] },
  { metric: 'icmp.unreachables', sum: ['IcmpInDestUnreachs'], also: ['Icmp6InDestUnreachs'], perSecond: true },
  { metric: 'icmp.unreachable_messages', sum: ['IcmpInDestUnreachs'], also: ['Icmp6InDestUnreachs'] },
  { metric: 'udp.no_ports', sum: ['UdpNoPorts'], also: ['Udp6NoPorts'], perSecond: true },
  {
    metric: 'ip.discards',
    sum: ['IpInDiscards', 'IpOutDiscards'],
    also: ['Ip6InDiscards', 'Ip6OutDiscards'],
  },
  { metric: 'ip.received', sum: ['IpInReceives'], perSecond: true },
  {
    metric: 'ip.vanished',
    sum: ['IpInReceives', 'IpReasmOKs'],
    less: [
      'IpInDelivers',
      'IpForwDatagrams',
      'IpReasmReqds',
      'IpInDiscards',
      'IpInHdrErrors',
      'IpInAddrErrors',
      'IpInUnknownProtos',
      'IpExtInNoRoutes',
      'IpExtInTruncatedPkts',
      'IpExtInCsumErrors',
      'IpExtInMcastPkts',
      'IpExtInBcastPkts',
      'TcpExtIPReversePathFilter',
    ],
    perSecond: true,
  },
  { metric: 'ip.reverse_path_drops', sum: ['TcpExtIPReversePathFilter'] },
]

const RATIO = 'tcp.retransmit_ratio'
/** Below this many data segments one lost segment would read as a percent or more. */
const ENOUGH = 100

export const gives: readonly string[] = [...RULES.map((rule) => rule.metric), RATIO]

/** Looks with the counters each of them showed → the reading. What cannot be known is named with its reason. */
export function reading(looks: readonly Observation[], counters: readonly Counters[]): Reading | Unavailable {
  const first = looks[0]
  const last = looks.at(-1)
  if (!first || !last || looks.length < 2)
    return unavailable('not measured', 'counters were read only once: an increase needs two reads')
  const seconds = (last.atMs - first.atMs) / 1000
  const host: Record<string, Value> = {}
  const missing: Record<string, Unavailable> = {}
  const keep = (metric: string, value: number | Unavailable) => {
    if (typeof value === 'number') host[metric] = value
    else missing[metric] = value
  }
  for (const rule of RULES) {
    const grown = left(growth(counters, rule.sum, rule.also), growth(counters, [], rule.less))
    keep(rule.metric, rule.perSecond && typeof grown === 'number' ? perSecond(grown, seconds) : grown)
  }
  keep(RATIO, retransmitRatio(counters))
  return { host, missing }
}

/** SYNs are left out above as below the line: a peer that does not answer is not a path that loses data. */
function retransmitRatio(counters: readonly Counters[]): number | Unavailable {
  const sent = growth(counters, ['TcpExtTCPOrigDataSent'])
  const again = growth(counters, ['TcpRetransSegs'])
  const syns = growth(counters, ['TcpExtTCPSynRetrans'])
  if (typeof sent !== 'number') return sent
  if (typeof again !== 'number') return again
  if (typeof syns !== 'number') return syns
  if (sent < ENOUGH)
    return unavailable(
      'nothing to measure',
      `only ${sent} TCP data segments were sent in the window: a ratio needs ${ENOUGH}`,
    )
  return (100 * Math.max(0, again - syns)) / sent
}

function growth(
  counters: readonly Counters[],
  names: readonly string[],
  also: readonly string[] = [],
): number | Unavailable {
  let total = 0
  for (const name of [...names, ...also.filter((one) => counters.some((read) => read.has(one)))]) {
    const values = counters.map((read) => read.get(name))
    if (values.every((value) => value === undefined))
      return unavailable('not supported', `this kernel has no counter ${name}`)
    const grown = increase(values)
    if (grown === undefined)
      return unavailable('not measured', `the counter ${name} was reset or went missing within the window`)
    total += grown
  }
  return total
}

function left(all: number | Unavailable, off: number | Unavailable): number | Unavailable {
  if (typeof all !== 'number') return all
  return typeof off === 'number' ? Math.max(0, all - off) : off
}

function perSecond(grown: number, seconds: number): number | Unavailable {
  return seconds > 0 ? grown / seconds : unavailable('not measured', 'no time passed between the two reads')
}
