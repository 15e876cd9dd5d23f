// tc: queueing disciplines with their counters as JSON, at both ends of the window → packets this host's own queue dropped, and how long it takes to drain, per interface.
//   [{"kind":"tbf","handle":"8001:","dev":"veth0","root":true,"refcnt":2,"options":{"rate":500000,"burst":1600,"lat":16384},
//     "bytes":3123,"packets":14,"drops":3,"overlimits":21,"requeues":0,"backlog":1514,"qlen":1},
//    {"kind":"fq_codel","handle":"0:","dev":"eth0","parent":":1","options":{"limit":10240},"bytes":0,"packets":0,"drops":0,…}]
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { elapsed } from '../../parse/elapsed.ts'
import { isCount, isObject, parseJson } from '../../parse/json.ts'
import { defined } from '../../parse/table.ts'

interface Qdisc {
  readonly device: string
  readonly kind: string
  /** Tells it from another one that took its place: kind, handle and parent. */
  readonly key: string
  readonly root: boolean
  readonly counters: ReadonlyMap<string, number>
}

const METRICS = ['drops', 'overlimits', 'requeues', 'backlog']
const COUNTERS = [...METRICS, 'bytes']

export const source: Source = {
  id: 'tc',
  tier: 'run',
  tool: 'tc',
  asks: "Does this host's own queue drop or hold back what is to be sent?",
  gives: [...METRICS.map((name) => `interface.qdisc_${name}`), 'interface.qdisc_delay', 'interface.qdisc'],
  // -j needs iproute2 4.17; an older one prints text and is not understood.
  requests: () => [{ kind: 'run', argv: ['tc', '-s', '-j', 'qdisc', 'show'], at: 'ends' }],
  parse: (looks) => {
    const seen: (readonly Qdisc[])[] = []
    for (const look of looks) {
      const found = qdiscs(look.text)
      if (!found) return unavailable('not understood', 'tc printed no JSON array of queueing disciplines with counters')
      seen.push(found)
    }
    if (seen.length < 2) return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const devices = new Set((seen.at(-1) ?? []).filter((one) => one.root).map((one) => one.device))
    return { instances: [...devices].map((device) => instance(device, seen, elapsed(looks))) }
  },
}

function qdiscs(text: string): readonly Qdisc[] | undefined {
  const json = parseJson(text)
  if (!Array.isArray(json)) return undefined
  const found = json.flatMap((one: unknown) => (isObject(one) ? (qdisc(one) ?? []) : []))
  return found.length > 0 ? found : undefined
}

function qdisc(one: Readonly<Record<string, unknown>>): Qdisc | undefined {
  const { dev, kind, handle, parent } = one
  if (typeof dev !== 'string' || typeof kind !== 'string' || !isCount(one['drops'])) return undefined
  const counters = new Map(
    COUNTERS.flatMap((name) => {
      const value = one[name]
      return isCount(value) ? [[name, value] as const] : []
    }),
  )
  const key = `${dev} ${kind} ${String(handle)} ${String(parent)}`
  return { device: dev, kind, key, root: one['root'] === true, counters }
}

/** The outermost discipline counts what any discipline below it dropped; the one below that dropped most is named. */
function instance(device: string, seen: readonly (readonly Qdisc[])[], seconds: number | undefined): Instance {
  const own = seen.map((look) => look.filter((one) => one.device === device))
  const root = own.at(-1)?.find((one) => one.root)
  const counted = (key: string, name: string) =>
    own.map((look) => look.find((one) => one.key === key)?.counters.get(name))
  const grown = (name: string) => increase(counted(root?.key ?? '', name))
  const backlog = counted(root?.key ?? '', 'backlog').filter((value) => value !== undefined)
  const dropping = (own.at(-1) ?? [])
    .map((one) => ({ kind: one.kind, root: one.root, drops: increase(counted(one.key, 'drops')) ?? 0 }))
    .toSorted((a, b) => b.drops - a.drops || Number(a.root) - Number(b.root))
  const named = (dropping[0]?.drops ?? 0) > 0 ? dropping[0]?.kind : root?.kind
  return {
    domain: 'interface',
    name: device,
    labels: named === undefined ? {} : { qdisc: named },
    values: defined({
      'interface.qdisc_drops': grown('drops'),
      'interface.qdisc_overlimits': grown('overlimits'),
      'interface.qdisc_requeues': grown('requeues'),
      'interface.qdisc_backlog': backlog.length > 0 ? backlog : undefined,
      'interface.qdisc_delay': backlog.length === seen.length ? delay(backlog, grown('bytes'), seconds) : undefined,
      'interface.qdisc': named,
    }),
  }
}

/** The shorter of the queues that were met, at the rate at which it was sent from. A queue from which nothing was sent has no rate. */
function delay(backlog: readonly number[], sent: number | undefined, seconds: number | undefined): number | undefined {
  const waiting = Math.min(...backlog)
  if (waiting === 0) return 0
  return sent !== undefined && sent > 0 && seconds !== undefined ? (waiting * seconds) / sent : undefined
}
