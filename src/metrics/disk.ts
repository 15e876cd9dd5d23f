// Metrics of block devices and mounted filesystems.
import type { Metric } from '../model/metric.ts'

const iostat = 'iostat -xdyz 1 5'

export const metrics: readonly Metric[] = [
  { id: 'disk.utilization', per: 'disk', dimension: 'ratio', kind: 'gauge', help: 'Share of time with at least one I/O in flight; a limit only on devices that serve one at a time', see: iostat },
  { id: 'disk.read_await', per: 'disk', dimension: 'seconds', kind: 'gauge', help: 'Mean time of a read, queue and device (r_await)', see: iostat },
  { id: 'disk.write_await', per: 'disk', dimension: 'seconds', kind: 'gauge', help: 'Mean time of a write, queue and device (w_await)', see: iostat },
  { id: 'disk.flush_await', per: 'disk', dimension: 'seconds', kind: 'gauge', help: 'Mean time of a cache flush (f_await)', see: iostat },
  { id: 'disk.discard_await', per: 'disk', dimension: 'seconds', kind: 'gauge', help: 'Mean time of a discard (d_await)', see: iostat },
  { id: 'disk.reads', per: 'disk', dimension: 'rate', kind: 'gauge', help: 'Reads completed per second', see: iostat },
  { id: 'disk.writes', per: 'disk', dimension: 'rate', kind: 'gauge', help: 'Writes completed per second', see: iostat },
  { id: 'disk.flushes', per: 'disk', dimension: 'rate', kind: 'gauge', help: 'Cache flushes per second', see: iostat },
  { id: 'disk.discards', per: 'disk', dimension: 'rate', kind: 'gauge', help: 'Discards per second', see: iostat },
  { id: 'disk.read_bytes', per: 'disk', dimension: 'byteRate', kind: 'gauge', help: 'Read throughput', see: iostat },
  { id: 'disk.write_bytes', per: 'disk', dimension: 'byteRate', kind: 'gauge', help: 'Write throughput', see: iostat },
  { id: 'disk.read_size', per: 'disk', dimension: 'bytes', kind: 'gauge', help: 'Mean size of a read (rareq-sz)', see: iostat },
  { id: 'disk.write_size', per: 'disk', dimension: 'bytes', kind: 'gauge', help: 'Mean size of a write (wareq-sz)', see: iostat },
  { id: 'disk.queue', per: 'disk', dimension: 'count', kind: 'gauge', help: 'Mean number of I/Os waiting or in service (aqu-sz)', see: iostat },
  { id: 'disk.stalled', per: 'disk', dimension: 'count', kind: 'count', help: 'Samples of the window (a second each) in which the device had an I/O in flight all the time and completed none', see: 'iostat -xz 1' },
  { id: 'disk.serial', per: 'disk', dimension: 'flag', kind: 'constant', help: '1 when the device serves one I/O at a time (a rotating disk): only then is utilization a limit', see: 'lsblk -d -o NAME,ROTA,MODEL' },
  { id: 'disk.await_limit', per: 'disk', dimension: 'seconds', kind: 'constant', help: 'Time above which an I/O is slow for this class of device: NVMe 2 ms, SSD and virtual 10 ms, rotating 30 ms (domain A6.3)', see: 'lsblk -d -o NAME,ROTA,TRAN' },
  { id: 'disk.queue_depth', per: 'disk', dimension: 'count', kind: 'constant', help: 'Requests the device queue holds (nr_requests)', see: 'grep . /sys/block/*/queue/nr_requests' },
  { id: 'disk.read_ahead', per: 'disk', dimension: 'bytes', kind: 'constant', help: 'Read-ahead of the device', see: 'grep . /sys/block/*/queue/read_ahead_kb' },
  { id: 'disk.io_errors', per: 'disk', dimension: 'count', kind: 'count', help: 'I/O errors of the device in the window (ioerr_cnt)', see: 'grep . /sys/block/*/device/ioerr_cnt' },
  { id: 'disk.unanswered', per: 'disk', dimension: 'count', kind: 'constant', help: 'Requests in flight at both ends of the window, when the device completed none in between', see: 'grep . /sys/block/*/inflight' },
  { id: 'io.pressure.some', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task waited for block I/O (PSI)', see: 'cat /proc/pressure/io' },
  { id: 'io.pressure.full', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which all non-idle tasks waited for block I/O (PSI)', see: 'cat /proc/pressure/io' },
  { id: 'disk.errors_logged', per: 'disk', dimension: 'count', kind: 'count', help: 'I/O errors of the device that the kernel logged in the window; it prints ten in five seconds at most', see: 'dmesg | grep "I/O error"' },
  { id: 'mount.used', per: 'mount', dimension: 'ratio', kind: 'constant', help: 'Share of the filesystem in use, as an ordinary user sees it (reserved blocks count as used)', see: 'df -h' },
  { id: 'mount.size', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Size of the filesystem', see: 'df -h' },
  { id: 'mount.in_memory', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Memory the files of a tmpfs take', see: 'df -h -t tmpfs' },
  { id: 'mount.files_in_memory', per: 'mount', dimension: 'count', kind: 'constant', help: 'Inodes of a tmpfs: the kernel keeps each with its name in its own memory, whatever the file holds', see: 'df -i -t tmpfs' },
  { id: 'mount.available', per: 'mount', dimension: 'bytes', kind: 'constant', help: 'Space an ordinary user can still write', see: 'df -h' },
  { id: 'mount.inodes_used', per: 'mount', dimension: 'ratio', kind: 'constant', help: 'Share of inodes in use; absent where inodes are made on demand', see: 'df -i' },
]
