// Files of all control groups, v1 and v2, at both ends of the window → CPU, throttling, memory, limits and tasks of each group.
//   /sys/fs/cgroup/system.slice/x.service/cpu.stat         usage_usec 81234 … nr_periods 30 nr_throttled 29 throttled_usec 2345678
//   /sys/fs/cgroup/system.slice/x.service/memory.events    low 0 high 0 max 32733 oom 0 oom_kill 0
//   /sys/fs/cgroup/cpu/docker/0123/cpu.stat                nr_periods 30 nr_throttled 29 throttled_time 2345678000
import type { Context } from '../../model/context.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { groupsOf } from './groups.ts'
import { kept } from './kept.ts'
import { valuesOf } from './values.ts'

const root = '/sys/fs/cgroup'
const below = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/**/${name}`)

// Counters at both ends, settings and levels once; what matters most first, for at most 4,000 files are read.
const V2_COUNTERS = [
  'cpu.stat',
  'memory.events',
  'memory.events.local',
  'pids.events',
  'memory.pressure',
  'memory.stat',
]
const V2_LEVELS = [
  'cpu.max',
  'memory.max',
  'memory.high',
  'memory.current',
  'pids.max',
  'pids.current',
  'cgroup.events',
]
const V1_COUNTERS: readonly (readonly [controller: string, names: readonly string[]])[] = [
  ['cpu', ['cpu.stat']],
  ['memory', ['memory.failcnt', 'memory.oom_control']],
  ['cpuacct', ['cpuacct.usage']],
  ['pids', ['pids.events']],
  ['memory', ['memory.stat']],
]
const V1_LEVELS: readonly (readonly [controller: string, names: readonly string[]])[] = [
  ['cpu', ['cpu.cfs_quota_us', 'cpu.cfs_period_us']],
  ['memory', ['memory.limit_in_bytes', 'memory.usage_in_bytes']],
  ['pids', ['pids.max', 'pids.current']],
  ['freezer', ['freezer.state', 'cgroup.procs']],
]

export const source: Source = {
  id: 'cgroups',
  tier: 'read',
  asks: 'Is a service or container held back by its CPU quota, its memory limit or its task limit?',
  gives: [
    'cgroup.cpu',
    'cgroup.cpu_quota',
    'cgroup.periods',
    'cgroup.throttled_periods',
    'cgroup.throttled_time',
    'cgroup.memory',
    'cgroup.memory_working',
    'cgroup.memory_growth',
    'cgroup.memory_limit',
    'cgroup.memory_limit_hits',
    'cgroup.oom_kills',
    'cgroup.major_faults',
    'cgroup.refault',
    'cgroup.memory_pressure',
    'cgroup.pids',
    'cgroup.pids_limit',
    'cgroup.pids_rejected',
    'cgroup.frozen',
  ],
  requests: (_, context) => requestsFor(context),
  parse: (looks, { context }) => {
    const groups = groupsOf(looks)
    if (groups.length === 0 && looks.every((look) => look.text.trim() === '')) {
      return unavailable('not supported', 'no control group files below /sys/fs/cgroup')
    }
    const instances = groups.map(valuesOf)
    if (groups.length > 0 && instances.every((instance) => Object.keys(instance.values).length === 0)) {
      return unavailable('not understood', 'no control group file holds what the kernel writes there')
    }
    return { instances: kept(instances, context.memoryBytes) }
  },
}

function requestsFor(context: Context): readonly ReadRequest[] | Unavailable {
  const { version } = context.cgroup
  if (version === 'none') return unavailable('not supported', 'control groups are not mounted')
  const counters: string[] = []
  const levels: string[] = []
  if (version !== '2') {
    counters.push(...V1_COUNTERS.flatMap(([controller, names]) => below(`${root}/${controller}`, names)))
    levels.push(...V1_LEVELS.flatMap(([controller, names]) => below(`${root}/${controller}`, names)))
  }
  if (version === '2') {
    counters.push(...below(root, V2_COUNTERS))
    levels.push(...below(root, V2_LEVELS))
  }
  if (version === 'hybrid') {
    // systemd keeps the same groups there: some files exist only in the v2 tree.
    counters.push(...below(`${root}/unified`, ['memory.pressure']))
    levels.push(...below(`${root}/unified`, ['cgroup.events']))
  }
  return [
    { kind: 'read', paths: counters, at: 'ends' },
    { kind: 'read', paths: levels, at: 'end' },
  ]
}
