// ip neigh: the neighbour tables as JSON at both ends of the window → neighbours, and those nobody answers for.
//   [{"dst":"10.9.0.2","dev":"eth0","lladdr":"02:00:00:00:00:02","used":1045,"confirmed":1045,"updated":1045,"probes":4,"state":["STALE"]},
//    {"dst":"10.9.0.99","dev":"eth0","ref":1,"used":0,"confirmed":100,"updated":0,"probes":1,"state":["INCOMPLETE"]},
//    {"dst":"10.9.0.98","dev":"eth0","used":3,"confirmed":104,"updated":0,"probes":6,"state":["FAILED"]}]
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { gives, neighbours, type Look, type Neighbour } from './neighbours.ts'

const ASKED = 'neighbour.asked_again'
const UNRESOLVED = new Set(['INCOMPLETE', 'FAILED'])

export const source: Source = {
  id: 'ip_neigh',
  tier: 'run',
  tool: 'ip',
  asks: 'Is there a neighbour on the segment that nobody answers for?',
  gives: [...gives, ASKED],
  requests: () => [{ kind: 'run', argv: ['ip', '-s', '-j', 'neigh', 'show'], at: 'ends' }],
  parse: (looks) => {
    const seen: Look[] = []
    for (const look of looks) {
      const found = table(look.text)
      if (!found) return unavailable('not understood', 'ip printed no JSON array of neighbours with their state')
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', 'ip was not run')
    const { host, instances } = neighbours(seen)
    return { host: seen.length > 1 ? { ...host, [ASKED]: askedAgain(seen) } : host, instances }
  },
}

/** Asked for at both looks: the kernel gives up after three seconds, and whoever still sends makes it ask once more. */
function askedAgain(seen: readonly Look[]): number {
  const asked = seen.map((look) => new Set(look.flatMap((one) => (one.asked ? [`${one.address} ${one.device}`] : []))))
  return [...(asked.at(-1) ?? [])].filter((key) => asked.every((look) => look.has(key))).length
}

/** An empty table is printed as `[ ]`; one entry without its state makes all of it unknown. */
function table(text: string): Look | undefined {
  const json = parseJson(text)
  if (!Array.isArray(json)) return undefined
  const found = json.map((one: unknown) => (isObject(one) ? neighbour(one) : undefined))
  return found.every((one) => one !== undefined) ? found : undefined
}

function neighbour(one: Readonly<Record<string, unknown>>): Neighbour | undefined {
  const { dst, dev, state } = one
  if (typeof dst !== 'string' || typeof dev !== 'string' || !Array.isArray(state)) return undefined
  const unresolved = state.some((word: unknown) => typeof word === 'string' && UNRESOLVED.has(word))
  return { address: dst, device: dev, unresolved, asked: state.includes('INCOMPLETE') }
}
