// Looks at the I/O files of control groups → one instance per group: its rates, and the limit it is nearest to.
//   io.stat                            259:0 rbytes=10354688 wbytes=0 rios=158 wios=0 dbytes=0 dios=0
//   io.max                             259:0 rbps=1048576 wbps=max riops=max wiops=max
//   blkio.throttle.io_service_bytes    254:0 Read 52428800     blkio.throttle.read_bps_device    254:0 1048576
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import { meanRate } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { formatQuantity } from '../../model/unit.ts'
import { unitOf } from '../cgroups/names.ts'
import { pressureTotal } from '../proc_pressure/index.ts'

/** `rbytes`, `wbytes`, `rios`, `wios`: as io.stat calls them, for both versions. */
export interface Group {
  readonly path: string
  /** Moments of the counters. */
  readonly at: readonly number[]
  /** `259:0 rbytes` → its value at each moment. */
  readonly counters: ReadonlyMap<string, readonly (number | undefined)[]>
  /** `259:0 rbytes` → bytes or operations per second allowed. */
  readonly limits: ReadonlyMap<string, number>
  readonly stalls: readonly (number | undefined)[]
}

const LIMITED: Readonly<Record<string, string>> = {
  rbps: 'rbytes',
  wbps: 'wbytes',
  riops: 'rios',
  wiops: 'wios',
  read_bps_device: 'rbytes',
  write_bps_device: 'wbytes',
  read_iops_device: 'rios',
  write_iops_device: 'wios',
}

export function groupsOf(looks: readonly Observation[]): Group[] {
  const reads = looks.map((look) => ({ atMs: look.atMs, groups: byGroup(files(look.text)) }))
  const paths = new Set(reads.flatMap(({ groups }) => [...groups.keys()]))
  return [...paths].flatMap((path) => groupOf(path, reads))
}

type Files = ReadonlyMap<string, string>

function groupOf(
  path: string,
  reads: readonly { readonly atMs: number; readonly groups: ReadonlyMap<string, Files> }[],
): Group[] {
  const moments = reads.flatMap(({ atMs, groups }) => {
    const found = groups.get(path)
    const counted = found && countersOf(found)
    return found && counted ? [{ atMs, counted, stall: pressureTotal(found.get('io.pressure') ?? '', 'some') }] : []
  })
  if (moments.length === 0) return []
  const keys = new Set(moments.flatMap(({ counted }) => [...counted.keys()]))
  return [
    {
      path,
      at: moments.map(({ atMs }) => atMs),
      // A device the group had not used yet has no line: its counters are 0.
      counters: new Map([...keys].map((key) => [key, moments.map(({ counted }) => counted.get(key) ?? 0)])),
      limits: new Map(reads.flatMap(({ groups }) => limitsOf(groups.get(path)))),
      stalls: moments.map(({ stall }) => stall),
    },
  ]
}

/** All groups but the root, whose I/O is the host's. */
function byGroup(read: Files): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>()
  for (const [path, text] of read) {
    const match = /^\/sys\/fs\/cgroup(?:\/blkio(?=\/))?(\/.+)\/([^/]+)$/.exec(path)
    const [, group, name] = match ?? []
    if (group === undefined || name === undefined || group === '/blkio') continue
    const found = groups.get(group) ?? new Map<string, string>()
    groups.set(group, found.set(name, text))
  }
  return groups
}

/** Only the root is there, and what it holds is understood: a host without groups, not a kernel that writes something else. */
export function countsRoot(text: string): boolean {
  return [...files(text)].some(
    ([path, content]) =>
      /^\/sys\/fs\/cgroup(?:\/blkio)?\/(?:io\.stat|blkio\.throttle\.io_serv[a-z_]+)$/.test(path) &&
      /^(?:Total \d+|\d+:\d+ .*rbytes=\d+.*)$/m.test(content),
  )
}

function countersOf(found: Files): Map<string, number> | undefined {
  const v2 = found.get('io.stat')
  const v1 = (name: string) => found.get(`blkio.throttle.${name}_recursive`) ?? found.get(`blkio.throttle.${name}`)
  const bytes = v1('io_service_bytes')
  const operations = v1('io_serviced')
  const counters = new Map<string, number>()
  if (v2 !== undefined) {
    for (const [, device = '', rest = ''] of v2.matchAll(/^(\d+:\d+) (.*)$/gm))
      for (const [, key = '', value = ''] of rest.matchAll(/\b(rbytes|wbytes|rios|wios)=(\d+)/g))
        counters.set(`${device} ${key}`, Number(value))
    return v2.trim() === '' || counters.size > 0 ? counters : undefined
  }
  if (bytes === undefined || operations === undefined || !/^Total \d+$/m.test(bytes)) return undefined
  for (const [text, unit] of [
    [bytes, 'bytes'],
    [operations, 'ios'],
  ] as const)
    for (const [, device = '', way = '', value = ''] of text.matchAll(/^(\d+:\d+) (Read|Write) (\d+)$/gm))
      counters.set(`${device} ${way === 'Read' ? 'r' : 'w'}${unit}`, Number(value))
  return counters
}

function limitsOf(found: Files | undefined): [string, number][] {
  const limits: [string, number][] = []
  for (const [, device = '', rest = ''] of (found?.get('io.max') ?? '').matchAll(/^(\d+:\d+) (.*)$/gm))
    for (const [, key = '', value = ''] of rest.matchAll(/\b(rbps|wbps|riops|wiops)=(\d+)/g))
      limits.push([`${device} ${LIMITED[key] ?? key}`, Number(value)])
  for (const [name, text] of found ?? []) {
    const key = LIMITED[name.replace('blkio.throttle.', '')]
    if (!name.startsWith('blkio.throttle.') || key === undefined) continue
    for (const [, device = '', value = ''] of text.matchAll(/^(\d+:\d+) (\d+)$/gm))
      limits.push([`${device} ${key}`, Number(value)])
  }
  return limits.filter(([, value]) => value > 0)
}

export function instanceOf(group: Group): Instance {
  const rates = new Map([...group.counters].map(([key, values]) => [key, meanRate(values, group.at)]))
  const sum = (kinds: readonly string[]) =>
    [...rates].reduce<number | undefined>(
      (total, [key, rate]) =>
        !kinds.includes(key.split(' ')[1] ?? '') || total === undefined
          ? total
          : rate === undefined
            ? undefined
            : total + rate,
      group.at.length > 1 ? 0 : undefined,
    )
  const nearest = [...group.limits]
    .flatMap(([key, limit]) => {
      const rate = rates.get(key)
      return rate === undefined ? [] : [{ key, limit, share: (100 * rate) / limit }]
    })
    .toSorted((a, b) => b.share - a.share)[0]
  const stall = meanRate(group.stalls, group.at)
  const unit = unitOf(group.path)
  return {
    domain: 'cgroup',
    name: group.path,
    labels: { cgroup: group.path, ...(unit === undefined ? {} : { unit }) },
    values: defined({
      'cgroup.read_bytes': sum(['rbytes']),
      'cgroup.write_bytes': sum(['wbytes']),
      'cgroup.io_operations': sum(['rios', 'wios']),
      'cgroup.io_limit_used': nearest?.share,
      'cgroup.io_limit': nearest && limitText(nearest.key, nearest.limit),
      'cgroup.io_pressure': stall === undefined ? undefined : Math.min(100, stall / 1e4),
    }),
  }
}

/** `259:0 rbytes`, 1048576 → `1 MiB/s read on 259:0`. */
export function limitText(key: string, limit: number): string {
  const [device = '', kind = ''] = key.split(' ')
  const way = kind.startsWith('r') ? 'read' : 'written'
  return `${kind.endsWith('bytes') ? formatQuantity(limit, 'byteRate') : `${limit} I/Os per second`} ${way} on ${device}`
}

/** Of hundreds of groups those that did I/O, waited for it, or have a limit. */
export function worthy(group: Instance): boolean {
  return ['cgroup.io_operations', 'cgroup.io_pressure', 'cgroup.io_limit_used'].some((id) => {
    const value = group.values[id]
    return typeof value === 'number' && (value > 0 || id === 'cgroup.io_limit_used')
  })
}
