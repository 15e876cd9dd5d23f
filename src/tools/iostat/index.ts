// iostat: its JSON of one list of devices per second → latency, throughput, queue and utilization of each disk.
//   {"sysstat": {"hosts": [{…, "statistics": [{"disk": [
//     {"disk_device": "vda", "r/s": 6.00, "w/s": 2.00, "d/s": 4.00, "f/s": 0.00, "rkB/s": 188.00, "wkB/s": 32.00, …,
//      "r_await": 0.33, "w_await": 0.00, "d_await": 0.25, "f_await": 0.00, "rareq-sz": 31.33, "wareq-sz": 16.00, "aqu-sz": 0.00, "util": 0.80}
import type { Source } from '../../model/source.ts'
import { isUnavailable } from '../../model/unavailable.ts'
import { DISK_METRICS, diskReading, type DiskInterval } from '../../parse/disk.ts'
import { byName, numeric, samples, type Entry } from '../../parse/sysstat.ts'

export const source: Source = {
  id: 'iostat',
  tier: 'run',
  tool: 'iostat',
  asks: 'Do block devices answer slowly, and how much do they carry?',
  gives: DISK_METRICS,
  requests: (window) => [
    // -y leaves out the since-boot record. Without -z: a device that pauses keeps its zeros and the samples stay aligned.
    {
      kind: 'run',
      argv: [
        'iostat',
        '-xdy',
        '-o',
        'JSON',
        String(Math.max(1, Math.round(window.intervalMs / 1000))),
        String(window.count),
      ],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look]) => {
    const found = samples('iostat', look?.text ?? '', 'disk')
    if (isUnavailable(found)) return found
    return diskReading(
      new Map([...byName(found, 'disk_device')].map(([name, entries]) => [name, entries.map(interval)])),
    )
  },
}

function interval(entry: Entry): DiskInterval {
  const scaled = (key: string, scale: number) => {
    const value = numeric(entry, key)
    return value === undefined ? undefined : Number((value * scale).toPrecision(12))
  }
  const utilization = numeric(entry, 'util')
  return {
    reads: numeric(entry, 'r/s'),
    writes: numeric(entry, 'w/s'),
    discards: numeric(entry, 'd/s'),
    flushes: numeric(entry, 'f/s'),
    readBytes: scaled('rkB/s', 1024),
    writeBytes: scaled('wkB/s', 1024),
    readAwait: scaled('r_await', 0.001),
    writeAwait: scaled('w_await', 0.001),
    discardAwait: scaled('d_await', 0.001),
    flushAwait: scaled('f_await', 0.001),
    readSize: scaled('rareq-sz', 1024),
    writeSize: scaled('wareq-sz', 1024),
    queue: numeric(entry, 'aqu-sz') ?? numeric(entry, 'avgqu-sz'),
    utilization: utilization === undefined ? undefined : Math.min(100, utilization),
  }
}
