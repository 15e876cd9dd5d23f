// ip: interfaces with their error and drop counters as JSON, at both ends of the window → interface.errors, drops, carrier changes.
//   [{"ifindex":2,"ifname":"eth0","operstate":"UP","stats64":{
//     "rx":{"bytes":171646753,"packets":4776,"errors":0,"dropped":0,"over_errors":0,"crc_errors":0,"missed_errors":0},
//     "tx":{"bytes":420449,"packets":2939,"errors":0,"dropped":0,"carrier_errors":0,"carrier_changes":2}}}]
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { lacking } from '../../parse/lacking.ts'
import { isCount, isObject, printedJson } from '../../parse/json.ts'
import { gives, instances, type Link } from './metrics.ts'

export const source: Source = {
  id: 'ip',
  tier: 'run',
  tool: 'ip',
  asks: 'Do interfaces drop packets, report errors or lose their link?',
  gives,
  // -s twice shows the kinds of errors; -j needs iproute2 4.14, an older one fails and its twin answers.
  requests: () => [{ kind: 'run', argv: ['ip', '-s', '-s', '-j', 'link'], at: 'ends' }],
  parse: (looks) => {
    const seen: (readonly Link[])[] = []
    for (const look of looks) {
      const links = linksOf(look.text)
      if (links.length === 0)
        return unavailable('not understood', 'ip printed no JSON array of interfaces with statistics')
      seen.push(links)
    }
    if (seen.length < 2) return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const found = instances(seen)
    const missing = lacking('ip', gives, found)
    return Object.keys(missing).length > 0 ? { instances: found, missing } : { instances: found }
  },
}

function linksOf(text: string): readonly Link[] {
  const json = printedJson(text) ?? printedJson(repaired(text))
  if (!Array.isArray(json)) return []
  return json.flatMap((one: unknown) => (isObject(one) ? (link(one) ?? []) : []))
}

/** iproute2 5.10 writes `\'` in names, which is no JSON. */
function repaired(text: string): string {
  return text.replace(/\\(.)/gs, (escape, char: string) => (char === "'" ? char : escape))
}

function link(one: Readonly<Record<string, unknown>>): Link | undefined {
  const name = one['ifname']
  const index = one['ifindex']
  const stats = one['stats64'] ?? one['stats']
  if (typeof name !== 'string' || !isObject(stats)) return undefined
  const counters = new Map([...direction('rx', stats['rx']), ...direction('tx', stats['tx'])])
  // Its place in the JSON is an accident: a link goes up and down for both directions.
  const changes = counters.get('tx_carrier_changes')
  if (changes !== undefined) counters.set('carrier_changes', changes)
  return { name, index: typeof index === 'number' ? index : undefined, counters }
}

function direction(name: string, counters: unknown): (readonly [string, number])[] {
  if (!isObject(counters)) return []
  return Object.entries(counters).flatMap(([kind, value]) =>
    isCount(value) ? [[`${name}_${kind}`, value] as const] : [],
  )
}
