// One control group's files → CPU pressure, I/O, bursts, swap failures, and whether it is held out of memory.
//   io.stat                            254:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
//   blkio.throttle.io_service_bytes    254:0 Read 1459200 LF 254:0 Write 314773504 … LF Total 316232704
//   memory.oom_control                 oom_kill_disable 1 LF under_oom 1 LF oom_kill 0
import type { Instance } from '../../model/metric.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { keyed } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import type { Group, Reading } from '../cgroups/groups.ts'
import { unitOf } from '../cgroups/names.ts'
import { pressureTotal } from '../proc_pressure/index.ts'

export function valuesOf(group: Group): Instance {
  const unit = unitOf(group.path)
  const reads = (file: string) => group.files.get(file) ?? []
  const counter = (file: string, key: string) => increase(reads(file).map(({ text }) => keyed(text).get(key)))
  const io = reads('io.stat')
  return {
    domain: 'cgroup',
    name: group.path,
    labels: { cgroup: group.path, ...(unit === undefined ? {} : { unit }) },
    values: defined({
      'cgroup.cpu_pressure': stalled(reads('cpu.pressure')),
      'cgroup.io_bytes': bytesRate(io.length > 0 ? io : reads('blkio.throttle.io_service_bytes')),
      'cgroup.bursts': counter('cpu.stat', 'nr_bursts'),
      'cgroup.swap_failures': counter('memory.swap.events', 'fail'),
      'cgroup.under_oom': flag(keyed(reads('memory.oom_control').at(-1)?.text ?? '').get('under_oom')),
    }),
  }
}

function stalled(reads: readonly Reading[]): number | undefined {
  const rate = meanRate(
    reads.map(({ text }) => pressureTotal(text, 'some')),
    reads.map(({ atMs }) => atMs),
  )
  return rate === undefined ? undefined : Math.min(100, rate / 1e4)
}

/** Undefined where the group's I/O is not counted. Its first I/O makes the file: before it was 0. */
function bytesRate(reads: readonly Reading[]): number | undefined {
  if (!reads.every(({ text }) => isTable(text))) return undefined
  return meanRate(
    reads.map(({ text }) => bytes(text)),
    reads.map(({ atMs }) => atMs),
  )
}

/** Read and written on all devices. Discarded is not written. */
function bytes(text: string): number {
  let sum = 0
  for (const line of text.split('\n')) {
    const v1 = /^\d+:\d+ (?:Read|Write) (\d+)$/.exec(line)
    if (v1) sum += Number(v1[1])
    else for (const pair of line.matchAll(/ (?:rbytes|wbytes)=(\d+)/g)) sum += Number(pair[1])
  }
  return sum
}

/** Empty is a group without I/O; anything but lines of devices is no answer. */
function isTable(text: string): boolean {
  return text.split('\n').every((line) => /^(?:\d+:\d+(?: |$)|Total |$)/.test(line))
}

function flag(value: number | undefined): number | undefined {
  return value === 0 || value === 1 ? value : undefined
}
