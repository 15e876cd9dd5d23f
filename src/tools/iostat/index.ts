// iostat: its JSON, or its text before 11.5, of one list of devices per second → latency, throughput, queue and utilization of each disk.
//   {"sysstat": {"hosts": [{…, "statistics": [{"disk": [
//     {"disk_device": "vda", "r/s": 6.00, "w/s": 2.00, "d/s": 4.00, "f/s": 0.00, "rkB/s": 188.00, "wkB/s": 32.00, …,
//      "r_await": 0.33, "w_await": 0.00, "d_await": 0.25, "f_await": 0.00, "rareq-sz": 31.33, "wareq-sz": 16.00, "aqu-sz": 0.00, "util": 0.80}
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { DISK_METRICS, diskReading, type DiskInterval } from '../../parse/disk.ts'
import { byName, samples, type Entry, type Printed } from '../../parse/sysstat.ts'
import { cents } from '../../parse/table.ts'
import { intervalSeconds } from '../../parse/window.ts'

const PRINTED: Printed = {
  tool: 'iostat',
  list: 'disk',
  key: 'disk_device',
  column: 'Device',
  known: ['r/s', 'w/s', 'rkB/s', 'wkB/s', 'rMB/s', 'wMB/s', 'rsec/s', 'wsec/s', 'r_await', 'w_await', 'await', '%util'],
  stamped: false,
}

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
      argv: ['iostat', '-xdy', '-o', 'JSON', String(intervalSeconds(window)), String(window.count)],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look]) => {
    const found = samples(look?.text ?? '', PRINTED)
    if (isUnavailable(found)) return found
    // Without -y the first sample is since boot.
    const own = look?.argv?.some((arg) => /^-[A-Za-z]*y/.test(arg)) ? found : found.slice(1)
    if (own.length === 0) return unavailable('not understood', 'iostat printed nothing but its averages since boot')
    return diskReading(
      new Map([...byName(own)].map(([name, entries]) => [name, entries.map((entry) => new Interval(entry))])),
    )
  },
}

/** A class that reads when asked: of tens of thousands of intervals few numbers are asked for twice. */
class Interval implements DiskInterval {
  readonly #entry: Entry

  constructor(entry: Entry) {
    this.#entry = entry
  }

  get reads() {
    return this.#entry.number('r/s')
  }
  get writes() {
    return this.#entry.number('w/s')
  }
  get discards() {
    return this.#entry.number('d/s')
  }
  get flushes() {
    return this.#entry.number('f/s')
  }
  get readBytes() {
    return this.#scaled('rkB/s', 1024) ?? this.#scaled('rMB/s', 1024 ** 2) ?? this.#scaled('rsec/s', 512)
  }
  get writeBytes() {
    return this.#scaled('wkB/s', 1024) ?? this.#scaled('wMB/s', 1024 ** 2) ?? this.#scaled('wsec/s', 512)
  }
  // The old avgrq-sz and await are means over reads and writes together: whose they are is not known.
  get readAwait() {
    return this.#seconds('r_await')
  }
  get writeAwait() {
    return this.#seconds('w_await')
  }
  get discardAwait() {
    return this.#seconds('d_await')
  }
  get flushAwait() {
    return this.#seconds('f_await')
  }
  get readSize() {
    return this.#scaled('rareq-sz', 1024)
  }
  get writeSize() {
    return this.#scaled('wareq-sz', 1024)
  }
  get queue() {
    return this.#entry.number('aqu-sz') ?? this.#entry.number('avgqu-sz')
  }
  get utilization() {
    const percent = this.#entry.number('util')
    return percent === undefined ? undefined : Math.min(100, percent)
  }

  #scaled(key: string, scale: number): number | undefined {
    const value = this.#entry.number(key)
    return value === undefined ? undefined : cents(value * scale)
  }

  #seconds(key: string): number | undefined {
    const milliseconds = this.#entry.number(key)
    return milliseconds === undefined ? undefined : cents(milliseconds, 1000)
  }
}
