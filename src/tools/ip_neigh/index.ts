// ip neigh: the neighbour tables as JSON at both ends of the window → neighbours, and those nobody answers for.
//   [{"dst":"10.9.0.2","dev":"eth0","lladdr":"02:00:00:00:00:02","used":1045,"confirmed":1045,"updated":1045,"probes":4,"state":["STALE"]},
//    {"dst":"10.9.0.99","dev":"eth0","ref":1,"used":0,"confirmed":100,"updated":0,"probes":1,"state":["INCOMPLETE"]},
//    {"dst":"10.9.0.98","dev":"eth0","used":3,"confirmed":104,"updated":0,"probes":6,"state":["FAILED"]}]
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { gives, neighbours, type Look, type Neighbour } from './neighbours.ts'

const ASKED = ['neighbour.asked_again', 'neighbour.asked', 'neighbour.pending'] as const
const UNRESOLVED = new Set(['INCOMPLETE', 'FAILED'])

export const source: Source = {
  id: 'ip_neigh',
  tier: 'run',
  tool: 'ip',
  asks: 'Is there a neighbour on the segment that nobody answers for?',
  gives: [...gives, ...ASKED],
  requests: () => [{ kind: 'run', argv: ['ip', '-s', '-j', 'neigh', 'show'], at: 'ends' }],
  parse: (looks) => {
    const seen: Look[] = []
    const seconds = ((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
    for (const [i, look] of looks.entries()) {
      const found = table(look.text, i > 0 ? seconds : Infinity)
      if (!found) return unavailable('not understood', 'ip printed no JSON array of neighbours with their state')
      seen.push(found)
    }
    if (seen.length === 0) return unavailable('not measured', 'ip was not run')
    const { host, instances } = neighbours(seen)
    return { host: seen.length > 1 ? { ...host, ...askedIn(seen) } : host, instances }
  },
}

/** The kernel gives up after three seconds, and whoever still sends makes it ask once more. */
function askedIn(seen: readonly Look[]): Record<(typeof ASKED)[number], number> {
  const keys = (look: Look | undefined, wanted: (one: Neighbour) => boolean | undefined) =>
    new Set((look ?? []).filter(wanted).map((one) => `${one.address} ${one.device}`))
  const first = keys(seen[0], (one) => one.asked)
  const last = keys(seen.at(-1), (one) => one.asked)
  return {
    'neighbour.asked_again': [...last].filter((key) => first.has(key)).length,
    'neighbour.asked': new Set([...first, ...keys(seen.at(-1), (one) => one.unresolved)]).size,
    'neighbour.pending': last.size,
  }
}

/** An empty table is printed as `[ ]`; one entry without its state makes all of it unknown. `seconds`: one given up before is no news. */
function table(text: string, seconds: number): Look | undefined {
  const json = parseJson(text)
  if (!Array.isArray(json)) return undefined
  const found = json.map((one: unknown) => (isObject(one) ? neighbour(one, seconds) : undefined))
  return found.every((one) => one !== undefined) ? found : undefined
}

function neighbour(one: Readonly<Record<string, unknown>>, seconds: number): Neighbour | undefined {
  const { dst, dev, state, updated } = one
  if (typeof dst !== 'string' || typeof dev !== 'string' || !Array.isArray(state)) return undefined
  const unresolved = state.some((word: unknown) => typeof word === 'string' && UNRESOLVED.has(word))
  const stale = state.includes('FAILED') && typeof updated === 'number' && updated > seconds + 1
  return { address: dst, device: dev, unresolved: unresolved && !stale, asked: state.includes('INCOMPLETE') }
}
