// Metrics of the probes about the network beside their answers.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'tcp.connects', dimension: 'count', kind: 'events', help: 'Connection attempts by peer, port and result, with the time they took together' },
  { id: 'network.drop_reason', dimension: 'text', kind: 'text', help: 'Reason the kernel gives for most of the packets it dropped, those that are no loss left out' },
  { id: 'network.drop_place', dimension: 'text', kind: 'text', help: 'Function of the kernel that dropped them' },
  { id: 'network.dropped_for_reason', dimension: 'count', kind: 'count', help: 'Packets dropped for that reason in the window' },
  { id: 'tcp.resets_by', dimension: 'count', kind: 'events', help: 'Resets received, by peer and port' },
  { id: 'network.queue_time', dimension: 'seconds', kind: 'histogram', help: 'How long packets wait in the queue of an interface of this host' },
  { id: 'network.queue_by', dimension: 'count', kind: 'events', help: 'Packets by interface, with the time they waited in its queue' },
  { id: 'udp.receive_failures', dimension: 'count', kind: 'events', help: 'Datagrams that no socket had room for, by port and reason', see: 'ss -uam' },
  { id: 'udp.dropped_at_port', dimension: 'count', kind: 'count', help: 'Datagrams in the window that the socket had no room for, at the port that lost most', see: 'ss -uam' },
  { id: 'udp.dropping_port', dimension: 'text', kind: 'text', help: 'Port whose sockets lost most datagrams', see: 'ss -uam' },
  { id: 'udp.drop_reason', dimension: 'text', kind: 'text', help: 'Limit those datagrams met' },
  { id: 'network.poll_packets', dimension: 'count', kind: 'histogram', help: 'Packets each poll of a network device takes (NAPI)', see: 'perf record -e napi:napi_poll -a -- sleep 3' },
  { id: 'network.polls', dimension: 'count', kind: 'events', help: 'Polls of network devices by CPU and device' },
  { id: 'network.poll_cpu', dimension: 'text', kind: 'text', help: 'CPU that did most polls of network devices' },
  { id: 'network.poll_cpu_share', dimension: 'ratio', kind: 'constant', help: 'Share of the polls of network devices that CPU did' },
  { id: 'tcp.session_time', dimension: 'seconds', kind: 'histogram', help: 'How long TCP connections last that began and ended while they were traced', see: 'tcplife' },
  { id: 'tcp.sessions', dimension: 'count', kind: 'events', help: 'TCP connections by port, peer and process, with their time and the bytes they carried', see: 'tcplife' },
  { id: 'process.tcp_sessions', per: 'process', dimension: 'count', kind: 'count', help: 'TCP connections of a process that began and ended in the window', see: 'tcplife -p PID' },
  { id: 'tcp.resets_sent_to', dimension: 'count', kind: 'events', help: 'Resets this host sent, by reason, own port and peer' },
  { id: 'tcp.resets_for_reason', dimension: 'count', kind: 'count', help: 'Resets sent in the window for the most frequent reason and port' },
  { id: 'tcp.reset_reason', dimension: 'text', kind: 'text', help: 'Reason the kernel gives for them' },
  { id: 'tcp.reset_port', dimension: 'text', kind: 'text', help: 'Own port they were sent from' },
  { id: 'tcp.sessions_of_service', dimension: 'count', kind: 'count', help: 'TCP connections that began and ended in the window with the peer and port that had most', see: 'tcplife' },
  { id: 'tcp.session_service', dimension: 'text', kind: 'text', help: 'That peer and port, and which side this host is', see: 'tcplife' },
]
