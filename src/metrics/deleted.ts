// Metrics of files that are deleted and still open or mapped: space that df counts and du does not find.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'mount.deleted_bytes', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Space of the file system that deleted files take which a process has open or mapped', see: 'lsof +L1' },
  { id: 'process.deleted_bytes', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Space of deleted files on disks that the process has open or mapped', see: 'lsof +L1 -p PID' },
  { id: 'process.deleted_on', per: 'process', dimension: 'text', kind: 'text', help: 'File systems these files are on', see: 'lsof +L1 -p PID' },
]
