// Metrics of programs that tell about themselves: the Java virtual machine, by the counters it shares (jstat).
import type { Metric } from '../model/metric.ts'

const jstat = 'jstat -gcutil PID 1s 5'

/** Of Java programs among the processes that stood out, and of the target. */
export const metrics: readonly Metric[] = [
  { id: 'jvm.monitor_waits', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second a thread went to sleep because a monitor (synchronized) was taken; not told by JDK 24 and later', see: 'jstack PID' },
  { id: 'jvm.collecting', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of the time the garbage collector had the program stopped', see: jstat },
  { id: 'jvm.collections', per: 'process', dimension: 'rate', kind: 'rate', help: 'Garbage collections per second', see: jstat },
]
