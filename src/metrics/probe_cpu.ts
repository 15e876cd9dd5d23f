// Metrics of the probes about CPUs: the names and shares a check can quote.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'cpu.hot_function', dimension: 'text', kind: 'text', help: 'Function most samples of the CPUs fell into' },
  { id: 'cpu.hot_process', dimension: 'text', kind: 'text', help: 'Process of the function most samples of the CPUs fell into' },
  { id: 'cpu.hot_share', dimension: 'ratio', kind: 'constant', help: 'Share of the samples that were not idle in that function' },
]
