// Files of the control group tracebook runs in and of its ancestors → the limits of our own container and how much of them is used.
//   /sys/fs/cgroup/cpu.max                     200000 100000        in a container the root is the container's own group
//   /sys/fs/cgroup/cpu.stat                    usage_usec 81234 … nr_periods 30 nr_throttled 29
//   /sys/fs/cgroup/memory/memory.stat          total_inactive_file 4096
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import type { Group, Reading } from '../cgroups/groups.ts'
import { valuesOf } from '../cgroups/values.ts'

const ROOT = '/sys/fs/cgroup'
const V2 = ['cpu.stat', 'cpu.max', 'memory.current', 'memory.max', 'memory.high', 'memory.stat']
const V1: Readonly<Record<string, readonly string[]>> = {
  cpu: ['cpu.stat', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  cpuacct: ['cpuacct.usage'],
  memory: ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.stat'],
}
const CPU = ['container.cpus', 'container.cpu', 'container.throttled_periods'] as const
const MEMORY = ['container.memory_working', 'container.memory_limit'] as const

export const source: Source = {
  id: 'own_group',
  tier: 'read',
  asks: 'How much of its own CPU quota and memory limit does the container use that tracebook runs in?',
  gives: [...CPU, ...MEMORY],
  requests: (_window, context) => {
    if (context.cgroup.version === 'none') return unavailable('not supported', 'control groups are not mounted')
    return [{ kind: 'read', paths: pathsOf(context), at: 'ends' }]
  },
  parse: (looks) => {
    const groups = groupsOf(looks)
    if (groups.length === 0)
      return looks.every((look) => files(look.text).size === 0)
        ? unavailable('not supported', 'the control group tracebook runs in cannot be seen')
        : unavailable('not understood', 'no file of the control group tracebook runs in was recognized')
    const values = groups.map(valuesOf)
    if (values.every((group) => Object.keys(group.values).length === 0))
      return unavailable('not understood', 'no control group file holds what the kernel writes there')
    return { host: { ...cpu(values), ...memory(values) }, missing: missing(values) }
  },
}

/** The group and all above it: a limit of an ancestor binds as well. The mount itself too: in a container it is our group. */
function pathsOf({ cgroup: { version, path } }: Context): string[] {
  const segments = path.split('/').filter((part) => part !== '' && part !== '..' && !part.includes('*'))
  const below = segments.slice(0, 16).map((_, i) => `/${segments.slice(0, i + 1).join('/')}`)
  const folders = ['', ...below]
  if (version === '2') return folders.flatMap((folder) => V2.map((file) => `${ROOT}${folder}/${file}`))
  return Object.entries(V1).flatMap(([controller, names]) =>
    folders.flatMap((folder) => names.map((file) => `${ROOT}/${controller}${folder}/${file}`)),
  )
}

function groupsOf(looks: readonly Observation[]): Group[] {
  const groups = new Map<string, Map<string, Reading[]>>()
  for (const look of looks)
    for (const [path, text] of files(look.text)) {
      const [, folder, name = ''] = /^\/sys\/fs\/cgroup((?:\/.*)?)\/([^/]+)$/.exec(path) ?? []
      if (folder === undefined) continue
      const group = folder.replace(/^\/(?:cpuacct|cpu|memory)(?=\/|$)/, '')
      const found = groups.get(group) ?? new Map<string, Reading[]>()
      groups.set(group, found)
      found.set(name, [...(found.get(name) ?? []), { atMs: look.atMs, text }])
    }
  return [...groups].map(([path, found]) => ({ path, files: found }))
}

function cpu(groups: readonly Instance[]): Record<string, number> {
  const [group] = groups
    .filter((one) => level(one, 'cgroup.cpu_quota') !== undefined)
    .toSorted((a, b) => (level(a, 'cgroup.cpu_quota') ?? 0) - (level(b, 'cgroup.cpu_quota') ?? 0))
  const quota = group && level(group, 'cgroup.cpu_quota')
  if (!group || quota === undefined) return {}
  return defined({
    'container.cpus': quota / 100,
    'container.cpu': level(group, 'cgroup.cpu'),
    'container.throttled_periods': level(group, 'cgroup.throttled_periods'),
  })
}

/** The group that is nearest to its limit, which need not be the innermost. */
function memory(groups: readonly Instance[]): Record<string, number> {
  const used = (one: Instance) =>
    (level(one, 'cgroup.memory_working') ?? 0) / (level(one, 'cgroup.memory_limit') ?? Infinity)
  const [group] = groups
    .filter((one) => (level(one, 'cgroup.memory_limit') ?? 0) > 0)
    .toSorted((a, b) => used(b) - used(a))
  return group
    ? defined({
        'container.memory_working': level(group, 'cgroup.memory_working'),
        'container.memory_limit': level(group, 'cgroup.memory_limit'),
      })
    : {}
}

function missing(groups: readonly Instance[]): Record<string, Unavailable> {
  const none = (id: string) => groups.every((one) => level(one, id) === undefined)
  const say = (ids: readonly string[], reason: string) =>
    Object.fromEntries(ids.map((id) => [id, unavailable('nothing to measure', reason)] as const))
  return {
    ...(none('cgroup.cpu_quota') ? say(CPU, 'the group tracebook runs in has no CPU quota') : {}),
    ...(none('cgroup.memory_limit') ? say(MEMORY, 'the group tracebook runs in has no memory limit') : {}),
  }
}

function level(group: Instance, id: string): number | undefined {
  const value = group.values[id]
  return typeof value === 'number' ? value : undefined
}
