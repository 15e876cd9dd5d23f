// Metrics of instruments somebody left switched on in the kernel: trace instances with their events and what they record.
import type { Metric } from '../model/metric.ts'

const state = 'grep . /sys/kernel/tracing/{tracing_on,current_tracer,set_event} /sys/kernel/tracing/instances/*/{tracing_on,current_tracer,set_event}'

/** Trace instances of tracebook itself are never counted. */
export const metrics: readonly Metric[] = [
  { id: 'trace.events', per: 'kernelObject', dimension: 'count', kind: 'constant', help: 'Events a trace instance has switched on for the whole window, a tracer counted as one', see: state },
  { id: 'trace.tracer', per: 'kernelObject', dimension: 'text', kind: 'text', help: 'Its tracer (nop: none) and the groups of its events', see: state },
  { id: 'trace.rate', per: 'kernelObject', dimension: 'rate', kind: 'rate', help: 'Events the instance records per second', see: 'grep . /sys/kernel/tracing/instances/*/per_cpu/cpu*/stats' },
  { id: 'process.traces', per: 'process', dimension: 'count', kind: 'constant', help: 'Processes this one traces (strace, gdb) at the end of the window', see: 'grep -H TracerPid /proc/[0-9]*/status' },
  { id: 'process.traced', per: 'process', dimension: 'text', kind: 'text', help: 'The processes it traces', see: 'grep -H TracerPid /proc/[0-9]*/status' },
]
