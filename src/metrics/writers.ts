// Metrics of who writes and how: pieces, signals of the few processes that stood out; operations of each journal.
import type { Metric } from '../model/metric.ts'

const io = 'cat /proc/PID/io'
const jbd2 = 'cat /proc/fs/jbd2/*/info /sys/fs/xfs/*/stats/stats'

export const metrics: readonly Metric[] = [
  { id: 'suspect.signals_pending', per: 'process', dimension: 'ratio', kind: 'constant', help: 'Share of glances that met a signal on its way to the process (pending and not blocked)', see: 'grep -E "Sig(Pnd|Blk)|ShdPnd" /proc/PID/status' },
  { id: 'suspect.writes', per: 'process', dimension: 'rate', kind: 'rate', help: 'Calls that write, per second', see: io },
  { id: 'suspect.write_size', per: 'process', dimension: 'bytes', kind: 'rate', help: 'Bytes such a call writes, on average', see: io },
  { id: 'suspect.stored', per: 'process', dimension: 'byteRate', kind: 'rate', help: 'Bytes it caused to be written to storage and did not take back by deleting them', see: io },
  { id: 'suspect.taken_back', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of what it would have written to storage that it deleted or cut off before', see: io },
  { id: 'mount.journal_operations', per: 'mount', dimension: 'rate', kind: 'rate', help: 'Operations on names, inodes and blocks that the journal took per second (ext4: handles of the transactions committed in the window; XFS: transactions)', see: jbd2 },
  { id: 'mount.journal_commits', per: 'mount', dimension: 'count', kind: 'count', help: 'Transactions the journal committed in the window (XFS: writes to its log)', see: jbd2 },
]
