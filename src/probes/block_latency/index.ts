// block_latency: how long each block I/O takes from its issue to the device until its completion, by disk, operation and issuer.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { diskIos } from '../../instruments/counter.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { withTotal } from '../../instruments/measured.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import program from './latency.bt'

const events = ['block:block_rq_issue(dev,sector,bytes,rwbs)', 'block:block_rq_complete(dev,sector)']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'block:block_rq_issue', key: ['dev', 'sector'], when: [['bytes', '>', 0]] }],
  end: [{ event: 'block:block_rq_complete', key: ['dev', 'sector'] }],
  labels: {
    device: { field: 'dev', type: 'u32' },
    op: { field: 'rwbs', at: 'start', type: 'char[8]' },
    comm: { field: 'comm', at: 'start', type: 'char[16]' },
  },
}

const read = answering('block.latency', {
  table: 'block.latency_by',
  by: [{ domain: 'disk', metric: 'disk.io_time', value: 'seconds', name: 'device' }],
})

/** It tells flushes as well, which move nothing; by their flags they can be left out. */
const readFlags: Reader = (measured) => {
  const { parts = [] } = measured
  const moving = parts.filter(({ labels }) => !/\bFlush$/.test(labels['flags'] ?? ''))
  return read(parts.length === 0 ? measured : withTotal(moving))
}

export const probe: Probe = {
  id: 'block_latency',
  answers: 'block.latency',
  gives: ['block.latency', 'block.latency_by', 'disk.io_time'],
  asks: 'How long does each block I/O take, on which disk, and who issued it?',
  tells:
    'One mode that moved right with the queue is load; two modes are cache and medium, or a device that pauses. A few very slow ones at fixed times: flushes, or a hypervisor that meters. Writes issued by kernel threads are writeback of what others wrote.',
  seconds: 5,
  counted: ['block:block_rq_issue', 'block:block_rq_complete'],
  control: diskIos,
  checked: 'dd oflag=dsync of 4 KiB: writes of that dd below a millisecond, as many as /proc/diskstats counted.',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 1.2,
        maps: {
          histogram: { map: '@latency', unit: 1e-6 },
          rows: { labels: ['device', 'op', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
        },
        read,
      }),
    ),
    libbpfTool({ tool: 'biolatency', args: ['-F', '{seconds}', '1'], events, microseconds: 0.6, read: readFlags }),
    namingDisks(histTrigger({ question, events, read })),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
    namingDisks(systemtap({ question, events, read })),
    namingDisks(systemtapBuild({ question, events, read })),
    namingDisks(lttng({ question, events, read })),
  ],
}
