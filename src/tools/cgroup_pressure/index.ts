// Pressure, I/O, bursts, swap events and deleted groups of all control groups, v1 and v2, at both ends of the window → what each waited for.
//   /sys/fs/cgroup/x.slice/cpu.pressure       some avg10=0.00 avg60=0.00 avg300=0.00 total=81234
//   /sys/fs/cgroup/x.slice/io.stat            254:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
//   /sys/fs/cgroup/cgroup.stat                nr_dying_descendants 3
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { groupsOf } from '../cgroups/groups.ts'
import { dyingOf } from './dying.ts'
import { valuesOf } from './values.ts'

const ROOT = '/sys/fs/cgroup'
/** Most eventful first; at most 4,000 files are read, so what matters most comes first. */
const V2_COUNTERS = ['cpu.pressure', 'io.stat', 'cpu.stat', 'memory.swap.events']
const V1_COUNTERS = ['blkio.throttle.io_service_bytes']
/** The ten busiest by each of what is measured. */
const MOST_BY_EACH = 10

export const source: Source = {
  id: 'cgroup_pressure',
  tier: 'read',
  asks: 'Which control groups wait for a CPU, do I/O or are held out of memory, and were any deleted that still hold memory?',
  gives: [
    'cgroup.cpu_pressure',
    'cgroup.io_bytes',
    'cgroup.bursts',
    'cgroup.swap_failures',
    'cgroup.under_oom',
    'cgroup.dying',
  ],
  requests: (_window, context) => requestsFor(context),
  parse: (looks, { context }) => {
    const instances = groupsOf(looks).map(valuesOf)
    const dying = dyingOf(looks, context)
    const understood = instances.some((group) => Object.keys(group.values).length > 0)
    if (!understood && typeof dying !== 'number') {
      const silent = looks.every((look) => look.text.trim() === '')
      return silent
        ? unavailable('not supported', 'no control group files below /sys/fs/cgroup')
        : unavailable('not understood', 'no control group file holds what the kernel writes there')
    }
    return {
      host: typeof dying === 'number' ? { 'cgroup.dying': dying } : {},
      instances: busiest(instances),
      missing: { ...absent(context, instances), ...(typeof dying === 'number' ? {} : { 'cgroup.dying': dying }) },
    }
  },
}

function requestsFor({ cgroup: { version } }: Context): readonly ReadRequest[] | Unavailable {
  if (version === 'none') return unavailable('not supported', 'control groups are not mounted')
  const below = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/**/${name}`)
  if (version === '2')
    return [
      { kind: 'read', paths: below(ROOT, V2_COUNTERS), at: 'ends' },
      { kind: 'read', paths: [`${ROOT}/cgroup.stat`], at: 'end' },
    ]
  const pressure = version === 'hybrid' ? below(`${ROOT}/unified`, ['cpu.pressure']) : []
  return [
    {
      kind: 'read',
      paths: [...pressure, ...below(`${ROOT}/blkio`, V1_COUNTERS), ...below(`${ROOT}/cpu`, ['cpu.stat'])],
      at: 'ends',
    },
    {
      kind: 'read',
      paths: ['/proc/cgroups', ...below(`${ROOT}/memory`, ['memory.oom_control'])],
      at: 'end',
    },
  ]
}

/** Groups that did or suffered nothing are left out. */
function busiest(groups: readonly Instance[]): Instance[] {
  const size = (group: Instance, id: string) => {
    const value = group.values[id]
    return typeof value === 'number' ? value : 0
  }
  const metrics = [...new Set(groups.flatMap((group) => Object.keys(group.values)))]
  const kept = new Set(
    metrics.flatMap((id) =>
      groups
        .filter((group) => size(group, id) > 0)
        .toSorted((a, b) => size(b, id) - size(a, id))
        .slice(0, MOST_BY_EACH),
    ),
  )
  return groups.filter((group) => kept.has(group))
}

function absent({ cgroup: { version } }: Context, groups: readonly Instance[]): Record<string, Unavailable> {
  const has = (id: string) => groups.some((group) => id in group.values)
  const old = version !== '2'
  const missing: Record<string, Unavailable> = {}
  const say = (ids: readonly string[], why: Unavailable) => {
    for (const id of ids) if (!has(id)) missing[id] = why
  }
  const pressure = ['cgroup.cpu_pressure']
  if (groups.length === 0) return missing
  if (old) {
    say(pressure, unavailable('not supported', 'control groups of version 1 do not measure pressure'))
    say(
      ['cgroup.swap_failures'],
      unavailable('nothing to measure', 'only control groups of version 2 have a swap limit of their own'),
    )
  } else {
    say(
      pressure,
      unavailable('not supported', 'pressure stall information is off', 'boot with psi=1 (kernel 4.20 or later)'),
    )
    say(['cgroup.under_oom'], unavailable('nothing to measure', 'only groups of version 1 are held when out of memory'))
  }
  say(['cgroup.bursts'], unavailable('nothing to measure', 'no group may save CPU quota for a burst'))
  return missing
}
