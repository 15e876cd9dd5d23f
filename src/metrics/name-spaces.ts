// Metrics of network name spaces: containers have tables and counters of their own, which those of the host do not show.
import type { Metric } from '../model/metric.ts'

const stat = 'lsns -t net; cat /proc/PID/net/stat/nf_conntrack'

export const metrics: readonly Metric[] = [
  { id: 'netns.conntrack_used', per: 'kernelObject', dimension: 'ratio', kind: 'constant', help: 'Share of the connection-tracking table of the name space in use', see: stat },
  { id: 'netns.conntrack_drops', per: 'kernelObject', dimension: 'count', kind: 'count', help: 'Packets connection tracking dropped there within a second', see: stat },
  { id: 'netns.out_of_sight', per: 'kernelObject', dimension: 'count', kind: 'constant', help: '1 for a name space that only its name keeps: no process is in it through which its counters could be read', see: 'ip netns' },
]
