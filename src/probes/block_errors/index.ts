// block_errors: which block I/Os end with an error, by disk, operation and error.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { errorName } from '../../instruments/error-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './errors.bt'

const events = ['block:block_rq_complete(dev,rwbs,error)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'block:block_rq_complete', when: [['error', '!=', 0]] }],
  labels: { error: { field: 'error' }, device: { field: 'dev' }, op: { field: 'rwbs' } },
}

const answer = answering('block.errors', {
  by: [{ domain: 'disk', metric: 'disk.failed_ios', value: 'count', name: 'device' }],
})

/** Logs and programs have numbers. */
const read: Reader = ({ rows = [] }) => {
  const named = rows.map((row) => ({ ...row, labels: withName(row.labels) }))
  const [top] = [...named].sort((a, b) => b.count - a.count)
  return {
    ...answer({ rows: named }),
    host: {
      'block.failed': named.reduce((sum, { count }) => sum + count, 0),
      ...(top ? { 'block.most_frequent_error': `${top.labels['op']} ${top.labels['error']}` } : {}),
    },
  }
}

function withName(labels: Readonly<Record<string, string>>): Record<string, string> {
  return { ...labels, error: errorName(labels['error'] ?? '') }
}

export const probe: Probe = {
  id: 'block_errors',
  answers: 'block.errors',
  gives: ['block.errors', 'block.failed', 'block.most_frequent_error', 'disk.failed_ios'],
  asks: 'Which block I/Os end with an error?',
  tells:
    'EIO: the device or the path to it failed, after its own repeats: save the data before anything else. ENODATA, EILSEQ: a medium error or a checksum. ENOSPC: a thin pool is full. EOPNOTSUPP of D (discard): only a command it does not know. ETIMEDOUT, ENOLINK: the path. A read ahead (RA) that fails is repeated.',
  seconds: 5,
  counted: ['block:block_rq_complete'],
  // No control: none fails is the usual answer.
  checked: 'Reads of a loop device beyond the end of its file, one each 50 ms: EIO, as many as were made.',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 0.3,
        maps: { rows: { labels: ['error', 'device', 'op'], of: [{ map: '@by', is: 'count' }] } },
        read,
      }),
    ),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
  ],
}
