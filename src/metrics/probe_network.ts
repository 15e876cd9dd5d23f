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
]
