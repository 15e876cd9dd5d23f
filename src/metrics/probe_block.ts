// Metrics of the probes about block devices and file systems beside their answers.
import type { Metric } from '../model/metric.ts'

export const metrics: readonly Metric[] = [
  { id: 'block.latency_by', dimension: 'count', kind: 'events', help: 'Block I/Os by disk, operation and issuer, with the time they took together' },
  { id: 'fs.sync_by', dimension: 'count', kind: 'events', help: 'Calls of fsync and its like by process, with the time they took together' },
  { id: 'disk.io_time', dimension: 'seconds', kind: 'count', per: 'disk', help: 'Time of all block I/Os of a disk in the window together, from issue to completion' },
  { id: 'process.sync_wait', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a process spent in fsync, fdatasync and their like in the window', see: 'strace -c -e trace=fsync,fdatasync -p PID' },
  { id: 'block.issuers', dimension: 'count', kind: 'events', help: 'Block I/Os by disk, operation and issuer, with their bytes', see: 'biotop' },
  { id: 'block.sizes', dimension: 'bytes', kind: 'histogram', help: 'Sizes of block I/Os', see: 'bitesize' },
  { id: 'fs.dirty_pauses', dimension: 'count', kind: 'events', help: 'Pauses of writers at the dirty-page limit, by process' },
  { id: 'process.dirty_pause', dimension: 'seconds', kind: 'count', per: 'process', help: 'Time a writer had to pause at the dirty-page limit in the window' },
  { id: 'fs.cache_inserts', dimension: 'count', kind: 'events', help: 'Pages added to the page cache, by the program that made them come', see: 'cachestat' },
]
