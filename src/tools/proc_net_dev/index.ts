// /proc/net/dev read at every interval (the twin of sar -n DEV,EDEV), sysfs at both ends → traffic, errors and drops of each interface.
//   Inter-|   Receive                                                |  Transmit
//    face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
//     eth0: 191113392    5708    0    0    0     0          0         0   491780    3863    0    0    0     0       0          0
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase, rates } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { utilization } from '../../parse/interface.ts'
import { defined, number, sum, words } from '../../parse/table.ts'

type Counters = ReadonlyMap<string, number>
interface Read {
  readonly atMs: number
  readonly files: ReadonlyMap<string, string>
}

const SYSFS = ['statistics/rx_missed_errors', 'carrier_changes']

export const source: Source = {
  id: 'proc_net_dev',
  tier: 'read',
  asks: 'What do the interfaces carry and lose, and does a link flap?',
  gives: [
    'interface.rx_bytes',
    'interface.tx_bytes',
    'interface.rx_packets',
    'interface.tx_packets',
    'interface.utilization',
    'interface.errors',
    'interface.rx_dropped',
    'interface.tx_dropped',
    'interface.rx_missed',
    'interface.carrier_changes',
  ],
  requests: (_window, context) => [
    { kind: 'read', paths: ['/proc/net/dev'], at: 'every' },
    {
      kind: 'read',
      paths: interfaces(context).flatMap((name) => SYSFS.map((file) => `/sys/class/net/${name}/${file}`)),
      at: 'ends',
    },
  ],
  parse: (looks, { context }) => {
    const reads = looks.map((look): Read => ({ atMs: look.atMs, files: files(look.text) }))
    const tables = reads.flatMap(({ atMs, files }) => {
      const text = files.get('/proc/net/dev')
      return text === undefined ? [] : [{ atMs, table: parseDev(text) }]
    })
    const first = tables[0]?.table
    if (!first || first.size === 0)
      return unavailable('not understood', '/proc/net/dev has no header with a line below it')
    const sysfs = reads.filter((read) => !read.files.has('/proc/net/dev')).map((read) => read.files)
    const at = tables.map(({ atMs }) => atMs)
    const instances = [...first.keys()].map((name) =>
      instance(
        name,
        tables.map(({ table }) => table.get(name)),
        at,
        sysfs,
        context,
      ),
    )
    const missing = absent(instances)
    return Object.keys(missing).length > 0 ? { instances, missing } : { instances }
  },
}

/** Each interface costs two files: on a host of many containers only the devices with hardware are worth it. */
function interfaces(context: Context): readonly string[] {
  const physical = context.interfaces.filter((info) => !info.virtual)
  return context.interfaces.length > 100 && physical.length > 0 ? physical.map((info) => info.name) : ['*']
}

function instance(
  name: string,
  reads: readonly (Counters | undefined)[],
  atMs: readonly number[],
  sysfs: readonly ReadonlyMap<string, string>[],
  context: Context,
): Instance {
  const counter = (key: string) => reads.map((read) => read?.get(key))
  const file = (path: string) =>
    increase(sysfs.map((read) => number(read.get(`/sys/class/net/${name}/${path}`)?.trim())))
  const received = rates(counter('rx bytes'), atMs)
  const sent = rates(counter('tx bytes'), atMs)
  return {
    domain: 'interface',
    name,
    values: defined({
      'interface.rx_bytes': received,
      'interface.tx_bytes': sent,
      'interface.rx_packets': rates(counter('rx packets'), atMs),
      'interface.tx_packets': rates(counter('tx packets'), atMs),
      'interface.utilization': utilization(name, received, sent, context),
      'interface.errors': sum(increase(counter('rx errs')), increase(counter('tx errs'))),
      // The kernel adds rx_missed_errors to the drops of this file.
      'interface.rx_dropped': increase(counter('rx drop')),
      'interface.tx_dropped': increase(counter('tx drop')),
      'interface.rx_missed': file('statistics/rx_missed_errors'),
      'interface.carrier_changes': file('carrier_changes'),
    }),
  }
}

function parseDev(text: string): Map<string, Counters> {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => /^\s*face\s*\|\s*bytes\s/.test(line))
  const [, receive, transmit] = (lines[at] ?? '').split('|')
  if (receive === undefined || transmit === undefined) return new Map()
  const names = [...words(receive).map((name) => `rx ${name}`), ...words(transmit).map((name) => `tx ${name}`)]
  const found = new Map<string, Counters>()
  for (const line of lines.slice(at + 1)) {
    // Old kernels print no space after the colon; names have no colon but for old aliases, and may have a blank that is not ASCII.
    const match = /^[ \t]*([^ \t]+):[ \t]*(\d[\d \t]*)$/.exec(line)
    const cells = words(match?.[2] ?? '').map(Number)
    if (match && cells.length === names.length)
      found.set(match[1] ?? '', new Map(names.map((name, i) => [name, cells[i] ?? 0])))
  }
  return found
}

function absent(instances: readonly Instance[]): Record<string, Unavailable> {
  const missing: Record<string, Unavailable> = {}
  const none = (id: string) => !instances.some((found) => id in found.values)
  if (none('interface.utilization'))
    missing['interface.utilization'] = unavailable('not supported', 'no interface here reports its link speed')
  if (none('interface.rx_missed'))
    missing['interface.rx_missed'] = unavailable('not supported', 'no interface has rx_missed_errors in /sys/class/net')
  if (none('interface.carrier_changes'))
    missing['interface.carrier_changes'] = unavailable(
      'not supported',
      'no interface has carrier_changes in /sys/class/net',
    )
  return missing
}
