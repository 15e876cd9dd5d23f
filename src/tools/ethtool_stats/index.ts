// ethtool -S: the counters of a driver at both ends of the window → drops, errors and exceeded cloud allowances. Every driver has its own names.
//   NIC statistics:
//        rx_missed_errors: 2538
//        bw_in_allowance_exceeded: 9
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { defined } from '../../parse/table.ts'
import { devices, NOT_SUPPORTED } from '../ethtool/interfaces.ts'

const ALLOWANCE = /_allowance_exceeded$/
/** Misses of a cache or a filter and what a program drops on purpose are no losses. */
const HARMLESS = /fdir_miss|steer_missed|cache|xdp|xsk|hash_miss/
const DROP = /drop|miss|discard|fifo|no_?buf|out_of_buffer|no_dma/
const ERROR = /err|time_?out|crc/

type Counters = ReadonlyMap<string, number>

export const source: Source = {
  id: 'ethtool_stats',
  tier: 'run',
  tool: 'ethtool',
  asks: "Do the driver's own counters show drops, errors or an allowance of the cloud that is used up?",
  gives: [
    'interface.device_drops',
    'interface.device_drop',
    'interface.device_errors',
    'interface.device_error',
    'interface.allowance_exceeded',
    'interface.allowance',
  ],
  requests: (_window, context) => {
    const names = devices(context)
    if (isUnavailable(names)) return names
    return names.map((name) => ({
      kind: 'run',
      argv: ['ethtool', '-S', name],
      at: 'ends',
      accept: NOT_SUPPORTED,
    }))
  },
  parse: (looks) => {
    const seen = new Map<string, Counters[]>()
    for (const look of looks) {
      const counters = countersOf(look.text)
      if (counters) seen.set(nameOf(look), [...(seen.get(nameOf(look)) ?? []), counters])
    }
    if (seen.size === 0) return unavailable('not understood', 'ethtool -S printed no statistics of any interface')
    const pairs = [...seen].filter(([, reads]) => reads.length > 1)
    if (pairs.length === 0)
      return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const instances = pairs.map(([name, reads]) => instance(name, reads))
    const allowances = instances.some((one) => 'interface.allowance_exceeded' in one.values)
    const none = unavailable('nothing to measure', 'no driver here counts allowances of a cloud')
    return allowances
      ? { instances }
      : { instances, missing: { 'interface.allowance_exceeded': none, 'interface.allowance': none } }
  },
}

/** The statistics do not say whose they are: the command does. */
function nameOf(look: Observation): string {
  return look.argv?.at(-1) ?? ''
}

function countersOf(text: string): Counters | undefined {
  const [, after] = text.split(/^NIC statistics:\s*$/m)
  if (after === undefined) return undefined
  // Cut output ends without a line feed: its last number may be half of one.
  const lines = after.split('\n').slice(0, -1)
  const found = lines.flatMap((line) => {
    const [, name, value] = /^\s*(\S.*?):\s+(\d{1,20})$/.exec(line) ?? []
    return name === undefined ? [] : [[name, Number(value)] as const]
  })
  return found.length > 0 ? new Map(found) : undefined
}

function instance(name: string, reads: readonly Counters[]): Instance {
  const grown = [...(reads.at(-1)?.keys() ?? [])].flatMap((key) => {
    const by = increase(reads.map((read) => read.get(key)))
    return by === undefined ? [] : [{ key, by }]
  })
  const of = (matches: (key: string) => boolean) => largest(grown.filter(({ key }) => matches(key.toLowerCase())))
  const loss = (key: string) => DROP.test(key) && !HARMLESS.test(key)
  const drop = of((key) => loss(key) && !ALLOWANCE.test(key))
  const error = of((key) => ERROR.test(key) && !loss(key) && !HARMLESS.test(key))
  const allowance = of((key) => ALLOWANCE.test(key))
  return {
    domain: 'interface',
    name,
    values: defined({
      'interface.device_drops': drop?.by,
      'interface.device_drop': drop?.key,
      'interface.device_errors': error?.by,
      'interface.device_error': error?.key,
      'interface.allowance_exceeded': allowance?.by,
      'interface.allowance': allowance?.key,
    }),
  }
}

/** One packet is counted by several names, for the device and for its queue: the largest increase is used, not the sum. */
function largest(grown: readonly { readonly key: string; readonly by: number }[]) {
  return grown.toSorted((a, b) => b.by - a.by)[0]
}
