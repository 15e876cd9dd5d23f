// Metrics of connection attempts that failed, by who asked and where to: only a trace tells, since the sockets live for microseconds.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'process.connects_failed', per: 'process', dimension: 'count', kind: 'count', help: 'Connection attempts of the process that failed while they were traced', see: 'tcpconnlat; tcpstates' },
  { id: 'peer.connects_failed', per: 'peer', dimension: 'count', kind: 'count', help: 'Connection attempts to this address and port that failed while they were traced', see: 'tcpconnlat; tcpstates' },
]
