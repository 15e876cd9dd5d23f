// I/O limits of control groups, the processes in them, and what each disk has in flight, at every interval → groups whose tasks wait above an idle device.
//   /sys/fs/cgroup/blkio/backup/blkio.throttle.read_bps_device   254:0 2097152      version 2: io.max   254:0 rbps=2097152 wbps=max …
//   /sys/block/vda/inflight          0        0             reads and writes the device has not answered
//   4242 (tar) D 1 … NUL 7:blkio:/backup LF … NUL folio_wait_bit_common NUL LF      cgroup and wchan of each process
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { isKernelThread, scan, type ProcessRecord } from '../../parse/scan.ts'
import { ioFiles } from '../cgroup_io/files.ts'
import { groupsOf, limitText, type Group } from '../cgroup_io/groups.ts'
import { unitOf } from '../cgroups/names.ts'
import { waitOf } from '../proc_stuck/waits.ts'

const MOST_INSTANCES = 16
/** A limit that lets one long read-ahead through for seconds: then a window may pass without any. */
const SLOW = { bytes: 4 * 2 ** 20, operations: 2 } as const

/** What was seen at one moment: the processes that wait, and the numbers of the disks that have nothing in flight. */
interface Sample {
  readonly waiting: readonly ProcessRecord[]
  readonly idle: ReadonlySet<string>
}

export const source: Source = {
  id: 'cgroup_io_held',
  tier: 'read',
  asks: 'Does an I/O limit hold back tasks of a group while the device is idle?',
  gives: ['cgroup.io_held', 'cgroup.io_held_limit', 'process.io_held'],
  requests: (_window, context) => {
    const { counters, limits } = ioFiles(context)
    return context.cgroup.version === 'none'
      ? unavailable('not supported', 'control groups are not mounted')
      : [
          { kind: 'read', paths: [...counters, ...limits], at: 'ends' },
          { kind: 'read', paths: ['/sys/block/*/dev', '/sys/block/*/inflight'], at: 'every' },
          // Only where somebody waits for I/O and nothing says for what.
          { kind: 'scan', files: ['cgroup', 'wchan'], at: 'every' },
        ]
  },
  parse: (looks) => {
    if (looks.some((look) => look.outcome === 'truncated'))
      return unavailable('not measured', 'there are more processes than can be read in one look')
    const groups = groupsOf(looks.filter((look) => !look.text.includes('\0')))
    const samples = samplesOf(looks)
    if (samples.length === 0) return unavailable('not understood', 'no disk and no process was seen')
    const limited = groups.filter((group) => group.limits.size > 0)
    if (limited.length === 0) return unavailable('nothing to measure', 'no control group has a limit for block I/O')
    const held = limited.map((group) => ({ group, by: heldBy(group, samples) }))
    return { instances: [...held.map((one) => groupInstance(one, samples)), ...processes(held, samples)] }
  },
}

function samplesOf(looks: readonly Observation[]): Sample[] {
  const idle = looks.flatMap(({ text }) => (text.includes('/inflight <==') ? [idleIn(text)] : []))
  const waiting = looks
    .filter(({ text }) => text.includes('\0'))
    .map(({ text }) => scan(text, 2).filter((one) => one.state === 'D' && !isKernelThread(one) && !explained(one)))
  return waiting.flatMap((one, i) => {
    const at = idle[i]
    return at ? [{ waiting: one, idle: at }] : []
  })
}

function idleIn(text: string): ReadonlySet<string> {
  const read = files(text)
  const found = [...read].flatMap(([path, content]) => {
    const device = /^\s*0\s+0\s*$/.test(content) ? read.get(path.replace(/\/inflight$/, '/dev'))?.trim() : undefined
    return path.endsWith('/inflight') && device !== undefined ? [device] : []
  })
  return new Set(found)
}

/** A file server, a frozen filesystem: no limit of block I/O. */
function explained({ files: [, channel = ''] }: ProcessRecord): boolean {
  return waitOf(channel.trim()) !== undefined
}

/** Process → number of the samples in which it waited while every disk its group has a limit for was idle. */
function heldBy(group: Group, samples: readonly Sample[]): ReadonlyMap<ProcessRecord['pid'], number> {
  const devices = [...group.limits.keys()].map((key) => key.split(' ')[0] ?? '')
  const counts = new Map<number, number>()
  if (!moved(group)) return counts
  for (const { waiting, idle } of samples)
    if (devices.every((device) => idle.has(device)))
      for (const one of waiting.filter((process) => within(process, group.path)))
        counts.set(one.pid, (counts.get(one.pid) ?? 0) + 1)
  return counts
}

/** Without I/O at a limited device it waits for something else, unless the limit is so low that a window may pass without. */
function moved(group: Group): boolean {
  return [...group.limits].some(([key, limit]) => {
    const values = group.counters.get(key) ?? []
    const slow = limit <= (key.endsWith('bytes') ? SLOW.bytes : SLOW.operations)
    return (values.at(-1) ?? 0) > (slow ? 0 : (values[0] ?? 0))
  })
}

function within({ files: [groups = ''] }: ProcessRecord, path: string): boolean {
  const [, own] = /^\d+:(?:[^:\n]*,)?blkio(?:,[^:\n]*)?:(.*)$/m.exec(groups) ?? /^0::(.*)$/m.exec(groups) ?? []
  return own !== undefined && (own === path || own.startsWith(`${path}/`))
}

interface Held {
  readonly group: Group
  readonly by: ReadonlyMap<number, number>
}

function groupInstance({ group, by }: Held, samples: readonly Sample[]): Instance {
  const unit = unitOf(group.path)
  const lowest = [...group.limits].toSorted((a, b) => a[1] - b[1])[0]
  return {
    domain: 'cgroup',
    name: group.path,
    labels: { cgroup: group.path, ...(unit === undefined ? {} : { unit }) },
    values: {
      'cgroup.io_held': share(Math.max(0, ...by.values()), samples),
      ...(lowest ? { 'cgroup.io_held_limit': limitText(...lowest) } : {}),
    },
  }
}

function share(count: number, samples: readonly Sample[]): number {
  return (100 * count) / samples.length
}

function processes(held: readonly Held[], samples: readonly Sample[]): Instance[] {
  const seen = new Map(samples.flatMap(({ waiting }) => waiting.map((one) => [one.pid, one] as const)))
  const counts = new Map(held.flatMap(({ by }) => [...by]))
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_INSTANCES)
    .map(([pid, count]) => ({
      domain: 'process',
      name: String(pid),
      labels: { pid: String(pid), comm: seen.get(pid)?.comm ?? '' },
      values: { 'process.io_held': share(count, samples) },
    }))
}
