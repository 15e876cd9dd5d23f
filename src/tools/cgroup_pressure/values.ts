// One control group's files → pressure, I/O against its limits, bursts, swap failures, and whether it is held out of memory.
//   io.stat                            254:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
//   blkio.throttle.io_service_bytes    254:0 Read 1459200 LF 254:0 Write 314773504 … LF Total 316232704
//   blkio.throttle.write_bps_device    254:0 1048576
import type { Instance } from '../../model/metric.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { keyed } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'
import type { Group, Reading } from '../cgroups/groups.ts'
import { unitOf } from '../cgroups/names.ts'
import { pressureTotal } from '../proc_pressure/index.ts'

/** `254:0 rbps` → a number. */
type Flows = ReadonlyMap<string, number>

const V1_FLOWS: Readonly<Record<string, string>> = { Read: 'r', Write: 'w' }
const V1_LIMITS: Readonly<Record<string, string>> = {
  read_bps_device: 'rbps',
  write_bps_device: 'wbps',
  read_iops_device: 'riops',
  write_iops_device: 'wiops',
}
const FLOWS: Readonly<Record<string, string>> = { rbytes: 'rbps', wbytes: 'wbps', rios: 'riops', wios: 'wiops' }

export function valuesOf(group: Group): Instance {
  const unit = unitOf(group.path)
  const reads = (file: string) => group.files.get(file) ?? []
  const counter = (file: string, key: string) => increase(reads(file).map(({ text }) => keyed(text).get(key)))
  const rates = flowRates(reads)
  return {
    domain: 'cgroup',
    name: group.path,
    labels: { cgroup: group.path, ...(unit === undefined ? {} : { unit }) },
    values: defined({
      'cgroup.cpu_pressure': stalled(reads('cpu.pressure')),
      'cgroup.io_pressure': stalled(reads('io.pressure')),
      'cgroup.io_bytes': rates && total(rates, /bps$/),
      'cgroup.io_of_limit': rates && ofLimit(rates, limitsOf(reads)),
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

/** Undefined where the group's I/O is not counted. A device appears with its first I/O: before it was 0. */
function flowRates(reads: (file: string) => readonly Reading[]): Flows | undefined {
  const v2 = reads('io.stat')
  const bytes = reads('blkio.throttle.io_service_bytes')
  const count = reads('blkio.throttle.io_serviced')
  const series =
    v2.length > 1
      ? [v2.map((read) => ({ atMs: read.atMs, flows: v2Flows(read.text) }))]
      : bytes.length > 1
        ? [
            bytes.map((read) => ({ atMs: read.atMs, flows: v1Flows(read.text, 'bps') })),
            count.map((read) => ({ atMs: read.atMs, flows: v1Flows(read.text, 'iops') })),
          ]
        : undefined
  if (series === undefined || ![...v2, ...bytes, ...count].every(({ text }) => isTable(text))) return undefined
  const rates = new Map<string, number>()
  for (const looks of series)
    for (const key of looks.at(-1)?.flows.keys() ?? []) {
      const rate = meanRate(
        looks.map(({ flows }) => flows.get(key) ?? 0),
        looks.map(({ atMs }) => atMs),
      )
      if (rate !== undefined) rates.set(key, rate)
    }
  return rates
}

function v2Flows(text: string): Flows {
  const flows = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [device = '', ...pairs] = line.trim().split(' ')
    if (!isDevice(device)) continue
    for (const pair of pairs) {
      const [key = '', value] = pair.split('=')
      const flow = FLOWS[key]
      const amount = whole(value)
      if (flow !== undefined && amount !== undefined) flows.set(`${device} ${flow}`, amount)
    }
  }
  return flows
}

function v1Flows(text: string, unit: 'bps' | 'iops'): Flows {
  const flows = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [device = '', direction = '', value] = line.trim().split(' ')
    const flow = V1_FLOWS[direction]
    const amount = whole(value)
    if (isDevice(device) && flow !== undefined && amount !== undefined) flows.set(`${device} ${flow}${unit}`, amount)
  }
  return flows
}

function limitsOf(reads: (file: string) => readonly Reading[]): Flows {
  const limits = new Map<string, number>()
  for (const line of (reads('io.max').at(-1)?.text ?? '').split('\n')) {
    const [device = '', ...pairs] = line.trim().split(' ')
    for (const pair of pairs) {
      const [key = '', value] = pair.split('=')
      const limit = whole(value)
      if (isDevice(device) && limit !== undefined) limits.set(`${device} ${key}`, limit)
    }
  }
  for (const [name, flow] of Object.entries(V1_LIMITS))
    for (const line of (reads(`blkio.throttle.${name}`).at(-1)?.text ?? '').split('\n')) {
      const [device = '', value] = line.trim().split(' ')
      const limit = whole(value)
      if (isDevice(device) && limit !== undefined) limits.set(`${device} ${flow}`, limit)
    }
  return limits
}

/** The limit that is nearest: only one of the four has to be reached. Bursts may pass it for a moment. */
function ofLimit(rates: Flows, limits: Flows): number | undefined {
  const shares = [...limits].flatMap(([key, limit]) => (limit > 0 ? [(100 * (rates.get(key) ?? 0)) / limit] : []))
  return shares.length > 0 ? Math.min(100, Math.max(...shares)) : undefined
}

function total(rates: Flows, of: RegExp): number {
  let sum = 0
  for (const [key, rate] of rates) if (of.test(key)) sum += rate
  return sum
}

/** Empty is a group without I/O; anything but lines of devices is no answer. */
function isTable(text: string): boolean {
  return text.split('\n').every((line) => /^(?:\d+:\d+(?: |$)|Total |$)/.test(line))
}

function isDevice(text: string): boolean {
  return /^\d+:\d+$/.test(text)
}

function flag(value: number | undefined): number | undefined {
  return value === 0 || value === 1 ? value : undefined
}

function whole(text: string | undefined): number | undefined {
  const value = number(text)
  return value !== undefined && value >= 0 ? value : undefined
}
