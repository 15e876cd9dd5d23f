// journal: how long the commits of ext4 journals take, by disk: what every fsync beside them waits for.
import { bpftrace, type BpftraceMaps } from '../../instruments/bpftrace.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './commits.bt'
import fullProgram from './full.bt'

const FULL = ['jbd2:jbd2_start_commit', 'jbd2:jbd2_end_commit'] as const
/** Since 5.10, where the file system was made with fast_commit: who calls fsync writes what changed by itself. */
const FAST = ['ext4:ext4_fc_commit_start', 'ext4:ext4_fc_commit_stop'] as const

const full = FULL.map((event) => `${event}(dev)`)
const events = [...full, `${FAST[0]}(dev)`, `${FAST[1]}(dev,reason)`]

/** A fast commit that could not be made (reason) is made as a full one, and counted as that. A journal makes one commit at a time. */
const question: Pairs = {
  kind: 'pairs',
  start: [FULL, FAST].map(([event]) => ({ event, key: ['dev'] })),
  end: [
    { event: FULL[1], key: ['dev'] },
    { event: FAST[1], key: ['dev'], when: [['reason', '==', 0]] },
  ],
  labels: {
    commit: { field: '@event', names: { jbd2_end_commit: 'full', ext4_fc_commit_stop: 'fast' } },
    device: { field: 'dev', type: 'u32' },
  },
}
const fullOnly: Pairs = { ...question, start: question.start.slice(0, 1), end: question.end.slice(0, 1) }

const answer = answering('fs.journal_commits', {
  table: 'fs.journal_by',
  by: [{ domain: 'disk', metric: 'disk.journal_time', value: 'seconds', name: 'device' }],
})

/** A trigger has no word for what it counted: full ones. */
const read: Reader = ({ rows, ...measured }) =>
  answer({
    ...measured,
    ...(rows ? { rows: rows.map((row) => ({ ...row, labels: { commit: 'full', ...row.labels } })) } : {}),
  })

const maps: BpftraceMaps = {
  histogram: { map: '@commits', unit: 1e-6 },
  rows: { labels: ['commit', 'device'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
}

export const probe: Probe = {
  id: 'journal',
  answers: 'fs.journal_commits',
  gives: ['fs.journal_commits', 'fs.journal_by', 'disk.journal_time'],
  asks: 'How long do the commits of ext4 journals take?',
  tells:
    'One commit in five seconds is the timer; many are calls of fsync. A commit writes the data of new files first (ordered mode), so one that takes much longer than a flush waits for the data of others, and every fsync on that file system waits with it.',
  seconds: 5,
  counted: ['jbd2:jbd2_start_commit', 'jbd2:jbd2_end_commit'],
  checked:
    'ext4 with fast_commit on a loop device, fio with fsync: fast commits of about a millisecond; full ones where directories were moved.',
  backEnds: [
    namingDisks(bpftrace({ program, events, microseconds: 0.5, maps, read })),
    // Before 5.10 there are no fast commits.
    namingDisks(bpftrace({ id: 'bpftrace-full', program: fullProgram, events: full, microseconds: 0.5, maps, read })),
    namingDisks(histTrigger({ question: fullOnly, events: full, read })),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
    namingDisks(ftraceLog({ id: 'ftrace-full', question: fullOnly, events: full, read })),
    // It knows no fast commits.
    namingDisks(lttng({ question: fullOnly, events: full, read })),
  ],
}
