// Folders of the transmit queues at both ends of the window → queues that stopped (time-outs), and how full the fullest one is.
//   ==> /sys/class/net/eth0/queues/tx-0/tx_timeout <==
//   0
//   ==> /sys/class/net/eth0/queues/tx-0/byte_queue_limits/inflight <==
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, number, sum } from '../../parse/table.ts'

const QUEUE = '/sys/class/net/*/queues/tx-*'
const PATH = /^\/sys\/class\/net\/([^/]+)\/queues\/tx-(\d+)\/(?:byte_queue_limits\/)?(tx_timeout|inflight|limit)$/

/** Queue number → name of the file → its number. */
type Queues = Map<string, Map<string, number>>

export const source: Source = {
  id: 'sys_net_queues',
  tier: 'read',
  asks: 'Does a transmit queue of a device stand still?',
  gives: ['interface.tx_timeouts', 'interface.tx_fill', 'interface.tx_queues'],
  requests: () => [
    {
      kind: 'read',
      paths: [`${QUEUE}/tx_timeout`, `${QUEUE}/byte_queue_limits/inflight`, `${QUEUE}/byte_queue_limits/limit`],
      at: 'ends',
    },
  ],
  parse: (looks) => {
    const seen = looks.map((look) => queuesOf(files(look.text)))
    const last = seen.at(-1)
    if (!last || seen.some((one) => one.size === 0))
      return unavailable('not understood', 'no interface in /sys/class/net has a transmit queue with numbers')
    if (seen.length < 2) return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const instances = [...last.keys()].map((name) => instance(name, seen))
    const filled = instances.some((one) => 'interface.tx_fill' in one.values)
    const none = unavailable(
      'nothing to measure',
      'no driver here limits the bytes of its queues, or none sent anything',
    )
    return filled ? { instances } : { instances, missing: { 'interface.tx_fill': none } }
  },
}

function queuesOf(read: ReadonlyMap<string, string>): ReadonlyMap<string, Queues> {
  const found = new Map<string, Queues>()
  for (const [path, text] of read) {
    const [, name, queue, file] = PATH.exec(path) ?? []
    const value = number(text.trim())
    if (name === undefined || queue === undefined || file === undefined || value === undefined || value < 0) continue
    const queues = found.get(name) ?? new Map<string, Map<string, number>>()
    found.set(name, queues.set(queue, (queues.get(queue) ?? new Map<string, number>()).set(file, value)))
  }
  return found
}

function instance(name: string, seen: readonly ReadonlyMap<string, Queues>[]): Instance {
  const queues = seen.at(-1)?.get(name) ?? new Map<string, Map<string, number>>()
  const timeouts = [...queues.keys()].map((queue) =>
    increase(seen.map((look) => look.get(name)?.get(queue)?.get('tx_timeout'))),
  )
  const fill = seen.flatMap((look) => fullest(look.get(name)) ?? [])
  return {
    domain: 'interface',
    name,
    values: defined({
      'interface.tx_timeouts': sum(...timeouts),
      'interface.tx_fill': fill.length === seen.length ? fill : undefined,
      'interface.tx_queues': queues.size,
    }),
  }
}

/** A limit of 0 means that nothing was ever sent through the queue, or that its driver sets no limit. */
function fullest(queues: Queues | undefined): number | undefined {
  const shares = [...(queues?.values() ?? [])].flatMap((queue) => {
    const [inflight, limit] = [queue.get('inflight'), queue.get('limit')]
    return inflight === undefined || limit === undefined || limit === 0 ? [] : [(100 * inflight) / limit]
  })
  return shares.length > 0 ? Math.max(...shares) : undefined
}
