// block_queue: how long block I/Os wait in the queue of the I/O scheduler before they are issued to the device, by disk, operation and who queued them.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Probe } from '../../model/probe.ts'
import program from './queue.bt'

const events = ['block:block_rq_insert(dev,sector,bytes,comm)', 'block:block_rq_issue(dev,sector,rwbs)']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'block:block_rq_insert', key: ['dev', 'sector'], when: [['bytes', '>', 0]] }],
  end: [{ event: 'block:block_rq_issue', key: ['dev', 'sector'] }],
  labels: {
    device: { field: 'dev', type: 'u32' },
    op: { field: 'rwbs', type: 'char[8]' },
    comm: { field: 'comm', at: 'start', type: 'char[16]' },
  },
}

const read = answering('block.queue_time', {
  table: 'block.queue_by',
  by: [{ domain: 'disk', metric: 'disk.queue_wait', value: 'seconds', name: 'device' }],
})

export const probe: Probe = {
  id: 'block_queue',
  answers: 'block.queue_time',
  gives: ['block.queue_time', 'block.queue_by', 'disk.queue_wait'],
  asks: 'How long do block I/Os wait in the queue of the I/O scheduler?',
  tells:
    'Beside block_latency, which begins where this ends: a long wait here and a fast device is the depth of its queue, the scheduler, or a cgroup’s limit; both long is a device with too much to do. Empty: nothing was queued, all went straight to the device, as they do without a scheduler.',
  seconds: 5,
  counted: ['block:block_rq_insert', 'block:block_rq_issue'],
  // No control: requests that are issued directly are not inserted, and an empty answer is then the truth.
  checked:
    'fio with an fsync after every eighth write, below mq-deadline: microseconds, for the device takes all it is given.',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 1,
        maps: {
          histogram: { map: '@waits', unit: 1e-6 },
          rows: { labels: ['device', 'op', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
        },
        read,
      }),
    ),
    namingDisks(histTrigger({ question, events, read })),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
    namingDisks(systemtap({ question, events, read })),
    namingDisks(systemtapBuild({ question, events, read })),
    namingDisks(lttng({ question, events, read })),
  ],
}
