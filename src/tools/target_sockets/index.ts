// ss with what TCP knows of the connections of the target, at both ends of the window → what holds each far end back: window, buffer, Nagle, silence.
//   ESTAB 0      100           10.0.0.5:40112        10.0.0.9:7016 users:(("app",pid=812,fd=3))
//   	 cubic rto:204 rtt:20.1/19.9 mss:1448 cwnd:10 data_segs_out:500 busy:9980ms rwnd_limited:120ms(1.2%) unacked:1 notsent:100 minrtt:0.03
import type { Context } from '../../model/context.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { elapsed } from '../../parse/elapsed.ts'
import { files } from '../../parse/files.ts'
import { targetOf } from '../target/need.ts'
import { connections, type Connection } from '../ss/connections.ts'
import { farEnds, HOLDER, holders, NAMES } from './far-ends.ts'

const ARP = '/proc/net/arp'

export const source: Source = {
  id: 'target_sockets',
  tier: 'run',
  tool: 'ss',
  asks: 'What holds back the connections of what is said to be slow?',
  gives: [...NAMES, HOLDER],
  requests: (_window, context) => {
    const target = targetOf(context)
    if (isUnavailable(target)) return target
    const argv = argvOf(target)
    return isUnavailable(argv)
      ? argv
      : [
          { kind: 'run', argv, at: 'ends' },
          { kind: 'read', paths: [ARP], at: 'end' },
        ]
  },
  parse: (looks, { window, context }) => {
    const target = targetOf(context)
    if (isUnavailable(target)) return target
    const listed = looks.filter((look) => look.argv !== undefined)
    const seen: (readonly Connection[])[] = []
    for (const look of listed) {
      const found = connections(look.text)
      if (isUnavailable(found)) return found
      seen.push(own(found, target))
    }
    if (seen.length === 0) return unavailable('not measured', 'ss was not run')
    const seconds = elapsed(listed) ?? (window.intervalMs * window.count) / 1000
    const instances = farEnds(seen, { seconds, neighbours: neighbours(looks), target })
    if (instances.length === 0) return unavailable('nothing to measure', `${target.name} has no TCP connection`)
    return { instances: [...instances, ...holders(seen)], missing: missing(seen, instances, context) }
  },
}

/** Those of a process are picked by its pid afterwards; another port of a peer tells that the peer is alive. */
function argvOf(target: Target): readonly [string, ...string[]] | Unavailable {
  const all = ['ss', '-t', '-i', '-n', '-p'] as const
  if (target.peer)
    return [...all, 'dst', target.peer.address.includes(':') ? `[${target.peer.address}]` : target.peer.address]
  return target.processes.length > 0 && target.kind !== 'mount'
    ? all
    : unavailable('nothing to measure', `${target.name} has no connections`)
}

function own(all: readonly Connection[], target: Target): readonly Connection[] {
  if (target.peer) return all
  const pids = new Set(target.processes.map((one) => one.pid))
  return all.filter((one) => one.owners.some((owner) => pids.has(owner.pid)))
}

/** Address → whether its hardware address is known. */
function neighbours(looks: readonly Observation[]): ReadonlyMap<string, boolean> {
  const text = looks.map((look) => files(look.text).get(ARP) ?? '').join('\n')
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, address, flags] = /^(\d+\.\d+\.\d+\.\d+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s/.exec(line) ?? []
      return address === undefined ? [] : [[address, (parseInt(flags ?? '0', 16) & 0x06) !== 0] as const]
    }),
  )
}

function missing(
  seen: readonly (readonly Connection[])[],
  instances: readonly { readonly values: object }[],
  { privileges }: Context,
): Record<string, Unavailable> {
  const once = unavailable('not measured', 'the connections were listed only once')
  const old = unavailable('not supported', 'this ss or kernel does not say it of any connection')
  const hidden = unavailable('not permitted', 'ss names the processes of other users only to root', 'run as root')
  const why = seen.length < 2 ? once : seen.flat().length === 0 && !privileges.root ? hidden : old
  // Nobody can say of a far end that it is not alive: what is not known of any is simply not known.
  return Object.fromEntries(
    NAMES.filter((id) => !instances.some((one) => id in one.values)).map((id) => [id, why] as const),
  )
}
