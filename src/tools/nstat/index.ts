// nstat: all counters of the network stack as JSON, at both ends of the window → tcp.*, udp.*, ip.*.
//   {"kernel":{"IpInReceives":4802,"IpInHdrErrors":0,"IpInAddrErrors":0,"IpForwDatagrams":0,
//    "TcpActiveOpens":119,"TcpPassiveOpens":22,"TcpAttemptFails":0,"TcpRetransSegs":2,
//    "TcpExtListenOverflows":0,"TcpExtTCPOrigDataSent":563}}
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isCount, isObject, printedJson } from '../../parse/json.ts'
import { gives, reading, type Counters } from './metrics.ts'

export const source: Source = {
  id: 'nstat',
  tier: 'run',
  tool: 'nstat',
  asks: 'Does TCP retransmit, do listeners overflow, are datagrams dropped for lack of buffer?',
  gives,
  // -a and -s together keep nstat away from its history file, which others share; -z shows counters that are 0.
  requests: () => [{ kind: 'run', argv: ['nstat', '-asz', '-j'], at: 'ends' }],
  parse: (looks) => {
    const counters = looks.map((look) => kernelCounters(look.text))
    const known = counters.filter((read) => read !== undefined)
    if (known.length < counters.length)
      return unavailable('not understood', 'nstat printed no JSON object "kernel" with counters')
    return reading(looks, known)
  },
}

function kernelCounters(text: string): Counters | undefined {
  const json = printedJson(text)
  const kernel = isObject(json) ? json['kernel'] : undefined
  if (!isObject(kernel)) return undefined
  const found = new Map<string, number>()
  for (const [name, value] of Object.entries(kernel)) if (isCount(value)) found.set(name, value)
  return found.size > 0 ? found : undefined
}
