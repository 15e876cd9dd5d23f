// Settings of TCP, name resolution, connection tracking and each network card, read once → one metric for each.
//   /proc/sys/net/ipv4/tcp_rmem                                        4096 131072 6291456
//   /proc/interrupts                                                   39:  13438  0  PCI-MSIX-0000:00:03.0  2-edge  virtio2-output.0
//   /sys/bus/pci/devices/0000:00:03.0/virtio2/net/eth0/mtu             1500
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { words } from '../../parse/table.ts'
import { line, type Files } from '../context/text.ts'
import {
  amount,
  flag,
  item,
  lackingIn,
  name,
  nth,
  pathsOf,
  readingOf,
  whole,
  type Items,
} from '../static_config/items.ts'
import { CARD_FILES, cardsOf, OF_CARDS } from './cards.ts'

const core = '/proc/sys/net/core'
const ipv4 = '/proc/sys/net/ipv4'
const filter = '/proc/sys/net/netfilter'
const RANGE = `${ipv4}/ip_local_port_range`
const RESOLV = '/etc/resolv.conf'
const noTracking = unavailable('nothing to measure', 'this host tracks no connections: nf_conntrack is not loaded')
const noCard = unavailable('nothing to measure', 'no network card is up')
const untold = (id: string) =>
  unavailable(
    'not supported',
    `no card tells its ${id.endsWith('.megabits') ? 'speed' : (id.split('.').at(-1) ?? '').replaceAll('_', ' ')} here`,
  )
/** What glibc does without an option. */
const NDOTS = 1

const ITEMS: Items = {
  'config.net.accept_queue': amount(`${core}/somaxconn`),
  'config.net.syn_backlog': amount(`${ipv4}/tcp_max_syn_backlog`),
  'config.net.syn_cookies': flag(`${ipv4}/tcp_syncookies`),
  'config.net.receive_max': nth(`${ipv4}/tcp_rmem`, 2),
  'config.net.send_max': nth(`${ipv4}/tcp_wmem`, 2),
  'config.net.window_scaling': flag(`${ipv4}/tcp_window_scaling`),
  'config.net.sack': flag(`${ipv4}/tcp_sack`),
  'config.net.timestamps': flag(`${ipv4}/tcp_timestamps`),
  'config.net.ports': item([RANGE], ({ files: found }) => ports(found)),
  'config.net.port_range': name(RANGE),
  'config.net.time_wait_reuse': amount(`${ipv4}/tcp_tw_reuse`),
  'config.net.congestion': name(`${ipv4}/tcp_congestion_control`),
  'config.net.queueing': name(`${core}/default_qdisc`),
  'config.net.slow_start_after_idle': flag(`${ipv4}/tcp_slow_start_after_idle`),
  'config.conntrack.max': amount(`${filter}/nf_conntrack_max`, 1, noTracking),
  'config.conntrack.entries': amount(`${filter}/nf_conntrack_count`, 1, noTracking),
  'config.conntrack.buckets': amount(`${filter}/nf_conntrack_buckets`, 1, noTracking),
  'config.dns.servers': item([RESOLV], ({ files: found }) => resolver(found)?.servers),
  'config.dns.domains': item([RESOLV], ({ files: found }) => resolver(found)?.domains),
  'config.dns.dots': item([RESOLV], ({ files: found }) => resolver(found)?.dots),
}

export const source: Source = {
  id: 'static_network',
  tier: 'read',
  asks: 'Which settings of TCP, name resolution and the network cards cost performance?',
  gives: [...Object.keys(ITEMS), ...OF_CARDS],
  requests: () => [{ kind: 'read', paths: [...pathsOf(ITEMS), ...CARD_FILES], at: 'start' }],
  parse: (looks, { context }) => {
    const cards = cardsOf(files(looks.map((look) => look.text).join('')), context)
    return readingOf(ITEMS, looks, context, cards, lackingIn(cards, OF_CARDS, noCard, untold))
  },
}

function ports(found: Files): number | undefined {
  const [first, last] = words(line(found, RANGE) ?? '').map(whole)
  return first === undefined || last === undefined || last < first ? undefined : last - first + 1
}

interface Resolver {
  readonly servers: number
  readonly domains: number
  readonly dots: number
}

/** The last `search` counts, and so does the last `ndots`. No server means the one of this host. */
function resolver(found: Files): Resolver | undefined {
  const rows = found.get(RESOLV)?.split('\n').map(words)
  if (!rows?.some(([key]) => key === 'nameserver' || key === 'search' || key === 'options')) return undefined
  const options = rows.filter(([key]) => key === 'options').flat()
  const search = rows.findLast(([key]) => key === 'search' || key === 'domain')
  return {
    servers: rows.filter(([key]) => key === 'nameserver').length,
    domains: search === undefined ? 0 : search.length - 1,
    dots: whole(options.findLast((one) => one.startsWith('ndots:'))?.slice('ndots:'.length)) ?? NDOTS,
  }
}
