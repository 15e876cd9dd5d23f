// /proc/PID/stat, schedstat and io of every process (the twin of pidstat and of top's task counts) → what each process did, task states.
//   4242 (a) R 1 (b) S 4100 4242 4100 34816 4242 4194304 931 0 2 0 14 6 0 0 20 0 1 0 181234 5672960 402 … NUL
//   20124 881 35 LF NUL                                  schedstat: ns on a CPU, ns waiting for one, times it ran
//   rchar: 4292 … LF read_bytes: 8192 LF write_bytes: 0 LF cancelled_write_bytes: 0 LF NUL LF
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { isKernelThread, type ProcessRecord } from '../../parse/scan.ts'
import { REALTIME } from '../../parse/stat.ts'
import { complete, defined } from '../../parse/table.ts'
import { replacedChildren } from './replaced.ts'
import { select } from './select.ts'
import { cpuUnexplained } from './unexplained.ts'
import { growthOf, track, type Track, type Tracks } from './track.ts'

const IO = ['process.read_bytes', 'process.write_bytes', 'process.io_bytes'] as const

export const source: Source = {
  id: 'proc_processes',
  tier: 'read',
  asks: 'Which processes use or wait for CPU, memory and storage, in which state are they, and what do they not explain?',
  gives: [
    'process.cpu',
    'process.cpu_user',
    'process.cpu_system',
    'process.cpu_guest',
    'process.cpu_wait',
    ...IO,
    'process.major_faults',
    'process.minor_faults',
    'process.rss',
    'process.realtime',
    'process.kernel',
    'process.comm',
    'process.threads',
    'process.uninterruptible',
    'process.stopped',
    'process.zombie_children',
    'process.replacements',
    'process.replaced',
    'process.cpu_unexplained',
    'task.total',
    'task.running',
    'task.uninterruptible',
    'task.stopped',
    'task.zombie',
  ],
  // Among many processes pidstat costs four times as much as this reader.
  rank: (context) => (many(context) ? 5 : 20),
  requests: (_window, context, wanted) => {
    const at = many(context) ? 'ends' : 'every'
    return [
      { kind: 'read', paths: ['/proc/stat'], at },
      { kind: 'scan', files: scanned(context, wanted), at },
    ]
  },
  parse: (looks, { context }) => {
    const framed = (look: Observation) => look.text.startsWith('==> ')
    const found = track(
      looks.filter((look) => !framed(look)),
      filesOf(looks.find((look) => !framed(look))) ?? scanned(context),
    )
    if (!found.looks.some((records) => records.length > 0))
      return unavailable('not understood', 'no record of /proc/PID/stat could be read')
    const zombies = zombieChildren(found.looks.at(-1) ?? [])
    const replaced = replacedChildren(found.looks)
    const kept = select(found.tracks, new Set([...zombies.keys(), ...replaced.keys()]))
    const instances = kept.map((one) => {
      const { domain, name, labels, values } = instance(one, found, zombies.get(one.pid) ?? 0, context)
      const children = replaced.get(one.pid)
      return {
        domain,
        name,
        ...(labels ? { labels } : {}),
        values: children
          ? { ...values, 'process.replacements': children.count, 'process.replaced': children.comm }
          : values,
      }
    })
    const unexplained = cpuUnexplained(looks.filter(framed), found)
    return {
      host: {
        ...states(found.looks),
        ...(typeof unexplained === 'number' ? { 'process.cpu_unexplained': unexplained } : {}),
      },
      instances,
      missing: {
        ...absent(instances, context),
        ...(typeof unexplained === 'number' ? {} : { 'process.cpu_unexplained': unexplained }),
      },
    }
  },
}

function many(context: Context): boolean {
  return context.processes > 1000
}

/** Where pidstat runs anyway it tells waiting and I/O: two files less to open for each process at each look. */
function scanned(context: Context, wanted?: ReadonlySet<string>): readonly string[] {
  const some = (ids: readonly string[]) => wanted === undefined || ids.some((id) => wanted.has(id))
  if (many(context)) return []
  return [...(some(['process.cpu_wait']) ? ['schedstat'] : []), ...(some(IO) ? ['io'] : [])]
}

/** The files a scan was asked for, as the look itself tells. */
function filesOf(look: Observation | undefined): readonly string[] | undefined {
  return look?.paths?.slice(1).map((path) => path.slice(path.lastIndexOf('/') + 1))
}

function instance(one: Track, found: Tracks, zombies: number, context: Context): Instance {
  const { seconds, looks } = found
  const { last, records } = one
  const growth = growthOf(one, found)
  const perSecond = (values: readonly (number | undefined)[], scale: number) => {
    const scaled = values.map((value, i) =>
      value === undefined || !((seconds[i] ?? 0) > 0) ? undefined : (value * scale) / (seconds[i] ?? 1),
    )
    return complete(scaled)
  }
  const added = (a: readonly (number | undefined)[], b: readonly (number | undefined)[]) =>
    a.map((value, i) => (value === undefined || b[i] === undefined ? undefined : value + b[i]))
  const percent = 100 / context.ticks
  const end = one.seen === looks.length - 1 ? last.state : ''
  return {
    domain: 'process',
    name: String(one.pid),
    labels: { pid: String(one.pid), comm: last.comm, ppid: String(last.parent) },
    values: defined({
      'process.cpu': perSecond(added(growth.user, growth.system), percent),
      'process.cpu_user': perSecond(growth.user, percent),
      'process.cpu_system': perSecond(growth.system, percent),
      'process.cpu_wait': perSecond(growth.waited, 100 / 1e9),
      'process.cpu_guest': last.guest > 0 ? perSecond(growth.guest, percent) : undefined,
      'process.read_bytes': perSecond(growth.read, 1),
      'process.write_bytes': perSecond(growth.written, 1),
      'process.io_bytes': perSecond(added(growth.read, growth.written), 1),
      'process.major_faults': perSecond(growth.majorFaults, 1),
      'process.minor_faults': perSecond(growth.minorFaults, 1),
      'process.rss': records.map(({ residentPages }) => Math.max(0, residentPages) * context.pageSize),
      'process.realtime': Number(REALTIME.has(last.policy)),
      'process.kernel': Number(isKernelThread(last)),
      'process.comm': last.comm,
      'process.threads': Math.max(0, last.threads),
      'process.uninterruptible': (100 * records.filter(({ state }) => state === 'D').length) / looks.length,
      'process.stopped': Number(end === 'T' || end === 't'),
      'process.zombie_children': zombies,
    }),
  }
}

function states(looks: readonly (readonly ProcessRecord[])[]): Record<string, number[]> {
  const count = (wanted: string, less = 0) =>
    looks.map((records) =>
      Math.max(0, records.reduce((total, record) => total + Number(wanted.includes(record.state)), 0) - less),
    )
  return {
    'task.total': looks.map((records) => records.length),
    // The reader itself runs while it reads: one of them is ours.
    'task.running': count('R', 1),
    'task.uninterruptible': count('D'),
    'task.stopped': count('Tt'),
    'task.zombie': count('Z'),
  }
}

function zombieChildren(records: readonly ProcessRecord[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const record of records) if (record.state === 'Z') found.set(record.parent, (found.get(record.parent) ?? 0) + 1)
  return found
}

function absent(instances: readonly Instance[], context: Context): Record<string, Unavailable> {
  const none = (id: string) => !instances.some((found) => id in found.values)
  const missing: Record<string, Unavailable> = {}
  if (many(context)) {
    const twice = unavailable('not measured', 'among more than 1,000 processes each is looked at twice only')
    missing['process.replacements'] = twice
    missing['process.replaced'] = twice
  }
  if (none('process.cpu_wait'))
    missing['process.cpu_wait'] = many(context)
      ? unavailable('not measured', 'among more than 1,000 processes the waiting of each is not read')
      : unavailable('not supported', 'this kernel has no /proc/PID/schedstat')
  const why = many(context)
    ? unavailable('not measured', 'among more than 1,000 processes the I/O of each is not read')
    : unavailable('not permitted', '/proc/PID/io of other users may not be read', 'Run as root')
  for (const id of IO) if (none(id)) missing[id] = why
  return missing
}
