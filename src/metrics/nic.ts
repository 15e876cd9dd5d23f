// Metrics of queues, rings, links and drivers of network interfaces, of neighbours and of the resolver's configuration.
import type { Metric } from '../model/metric.ts'

const tc = 'tc -s qdisc show'
const stats = 'ethtool -S IFACE'
const queues = '/sys/class/net/*/queues/tx-*'

export const metrics: readonly Metric[] = [
  { id: 'interface.qdisc_drops', per: 'interface', dimension: 'count', kind: 'count', help: "Packets this host's own queueing discipline dropped in the window", see: tc },
  { id: 'interface.qdisc_overlimits', per: 'interface', dimension: 'count', kind: 'count', help: 'Times in the window that a shaper held a packet back', see: tc },
  { id: 'interface.qdisc_requeues', per: 'interface', dimension: 'count', kind: 'count', help: 'Packets the device refused in the window and the queueing discipline took back', see: tc },
  { id: 'interface.qdisc_backlog', per: 'interface', dimension: 'bytes', kind: 'gauge', help: 'Bytes waiting in the queueing discipline', see: tc },
  { id: 'interface.qdisc_delay', per: 'interface', dimension: 'seconds', kind: 'rate', help: 'How long the bytes that waited in the queueing discipline at both looks take at the rate at which it sends', see: tc },
  { id: 'interface.qdisc', per: 'interface', dimension: 'text', kind: 'text', help: 'Queueing discipline that dropped most, else the outermost one', see: tc },
  { id: 'interface.tx_timeouts', per: 'interface', dimension: 'count', kind: 'count', help: 'Times in the window that a transmit queue made no progress and the kernel reset the device', see: `grep . ${queues}/tx_timeout` },
  { id: 'interface.tx_fill', per: 'interface', dimension: 'ratio', kind: 'gauge', help: 'Bytes handed to the device against the limit that byte queue limits allow, of the fullest transmit queue', see: `grep . ${queues}/byte_queue_limits/{inflight,limit}` },
  { id: 'interface.tx_queues', per: 'interface', dimension: 'count', kind: 'constant', help: 'Transmit queues of the interface', see: 'ls -d /sys/class/net/IFACE/queues/tx-*' },
  { id: 'interface.link_mbits', per: 'interface', dimension: 'count', kind: 'constant', help: 'Link speed in Mb/s; absent when the driver does not know it', see: 'ethtool IFACE' },
  { id: 'interface.half_duplex', per: 'interface', dimension: 'flag', kind: 'constant', help: 'The link is half duplex; absent when the driver does not know', see: 'ethtool IFACE' },
  { id: 'interface.best_mbits', per: 'interface', dimension: 'count', kind: 'constant', help: 'Fastest speed in Mb/s that the interface supports', see: 'ethtool IFACE' },
  { id: 'interface.rx_ring', per: 'interface', dimension: 'count', kind: 'constant', help: 'Receive ring, in packets', see: 'ethtool -g IFACE' },
  { id: 'interface.rx_ring_max', per: 'interface', dimension: 'count', kind: 'constant', help: 'Largest receive ring the device can have', see: 'ethtool -g IFACE' },
  { id: 'interface.channels', per: 'interface', dimension: 'count', kind: 'constant', help: 'Receive queues in use', see: 'ethtool -l IFACE' },
  { id: 'interface.channels_max', per: 'interface', dimension: 'count', kind: 'constant', help: 'Receive queues the device can have', see: 'ethtool -l IFACE' },
  { id: 'interface.segments_in_hardware', per: 'interface', dimension: 'flag', kind: 'constant', help: 'TCP segmentation offload is on', see: 'ethtool -k IFACE' },
  { id: 'interface.merges_received', per: 'interface', dimension: 'flag', kind: 'constant', help: 'Generic receive offload is on', see: 'ethtool -k IFACE' },
  { id: 'interface.rx_delay', per: 'interface', dimension: 'seconds', kind: 'constant', help: 'Longest time the device may hold back the interrupt for a received packet (rx-usecs); absent when it adapts itself', see: 'ethtool -c IFACE' },
  { id: 'interface.device_drops', per: 'interface', dimension: 'count', kind: 'count', help: "Increase in the window of the driver's own counter of drops, misses or discards that grew most", see: stats },
  { id: 'interface.device_drop', per: 'interface', dimension: 'text', kind: 'text', help: "The driver's counter of drops that grew most in the window", see: stats },
  { id: 'interface.device_errors', per: 'interface', dimension: 'count', kind: 'count', help: "Increase in the window of the driver's own counter of errors or time-outs that grew most", see: stats },
  { id: 'interface.device_error', per: 'interface', dimension: 'text', kind: 'text', help: "The driver's counter of errors that grew most in the window", see: stats },
  { id: 'interface.allowance_exceeded', per: 'interface', dimension: 'count', kind: 'count', help: 'Packets in the window queued or dropped because the instance used up an allowance of its cloud', see: stats },
  { id: 'interface.allowance', per: 'interface', dimension: 'text', kind: 'text', help: 'The allowance that was exceeded most in the window', see: stats },
  { id: 'interface.saturation', per: 'interface', dimension: 'rate', kind: 'gauge', help: 'Events per second that mean saturation, as nicstat counts them (drops, overruns, deferred packets)', see: 'nicstat -n 1 5' },
  { id: 'softnet.packets', dimension: 'rate', kind: 'rate', help: 'Packets per second that the CPUs took through the network stack', see: 'cat /proc/net/softnet_stat' },
  { id: 'softnet.top_share', dimension: 'ratio', kind: 'rate', help: 'Share of these packets that the busiest CPU took; absent when there were none', see: 'cat /proc/net/softnet_stat' },
  { id: 'softnet.top_cpu', dimension: 'text', kind: 'text', help: 'CPU that took most of these packets', see: 'cat /proc/net/softnet_stat' },
  { id: 'neighbour.entries', dimension: 'count', kind: 'gauge', help: 'Neighbours in the ARP table', see: 'cat /proc/net/arp' },
  { id: 'neighbour.unresolved', dimension: 'count', kind: 'gauge', help: 'Neighbours whose hardware address is asked for or was not answered', see: 'ip -s neigh' },
  { id: 'neighbour.used', dimension: 'ratio', kind: 'gauge', help: 'Neighbours against the size at which the table refuses new ones (gc_thresh3), IPv4', see: 'sysctl net.ipv4.neigh.default.gc_thresh3' },
  { id: 'neighbour.failures', dimension: 'count', kind: 'count', help: 'Neighbours given up in the window because nobody answered', see: 'cat /proc/net/stat/arp_cache /proc/net/stat/ndisc_cache' },
  { id: 'neighbour.discards', dimension: 'count', kind: 'count', help: 'Packets dropped in the window while they waited for a hardware address', see: 'cat /proc/net/stat/arp_cache /proc/net/stat/ndisc_cache' },
  { id: 'neighbour.table_full', dimension: 'count', kind: 'count', help: 'Times in the window that the neighbour table was full', see: 'cat /proc/net/stat/arp_cache /proc/net/stat/ndisc_cache' },
  { id: 'peer.unresolved', per: 'peer', dimension: 'flag', kind: 'constant', help: 'Nobody answers for this address on its segment, at both ends of the window', see: 'ip -s neigh' },
  { id: 'dns.nameservers', dimension: 'count', kind: 'constant', help: 'Name servers that the resolver asks, at most three', see: 'cat /etc/resolv.conf' },
  { id: 'dns.search_domains', dimension: 'count', kind: 'constant', help: 'Domains that are tried after a short name', see: 'cat /etc/resolv.conf' },
  { id: 'dns.ndots', dimension: 'count', kind: 'constant', help: 'Names with fewer dots are tried with each search domain first', see: 'cat /etc/resolv.conf' },
  { id: 'dns.timeout', dimension: 'seconds', kind: 'constant', help: 'Time the resolver waits before it asks the next name server', see: 'cat /etc/resolv.conf' },
]
