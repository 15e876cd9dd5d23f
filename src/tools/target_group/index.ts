// Files of the target's control groups and of those above them, at both ends of the window → which limit of which group holds it back.
//   /sys/fs/cgroup/system.slice/x.service/cpu.stat   nr_periods 30 nr_throttled 29
//   /sys/fs/cgroup/memory/docker/0123/memory.failcnt   12
//   /sys/fs/cgroup/freezer/batch/freezer.state       FROZEN
import type { Instance } from '../../model/metric.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import type { TargetGroup } from '../../model/target.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { groupsOf } from '../cgroups/groups.ts'
import { source as cgroups } from '../cgroups/index.ts'
import { valuesOf } from '../cgroups/values.ts'
import { targetOf } from '../target/need.ts'

const NAMES = [
  'frozen',
  'cpu',
  'cpu_quota',
  'periods',
  'throttled_periods',
  'memory',
  'memory_limit',
  'memory_limit_hits',
  'memory_pressure',
  'refault',
]

export const source: Source = {
  id: 'target_group',
  tier: 'read',
  asks: 'Is what is said to be slow held back by its own CPU quota, memory limit or freezer?',
  gives: NAMES.map((name) => `target.group.${name}`),
  requests: (window, context) => {
    const target = targetOf(context)
    if (isUnavailable(target)) return target
    // In the root group nothing is limited: what its processes say of their groups is the proof.
    if (target.groups.length === 0) {
      const paths = target.processes.slice(0, 4).map(({ pid }) => `/proc/${pid}/cgroup`)
      return paths.length > 0
        ? [{ kind: 'read', paths, at: 'start' }]
        : (target.processesUnknown ?? unavailable('nothing to measure', `${target.name} is in no control group`))
    }
    const asked = cgroups.requests(window, context)
    if (isUnavailable(asked)) return asked
    return asked.flatMap((request) => (request.kind === 'read' ? [placed(request, target.groups)] : []))
  },
  parse: (looks, { context }) => {
    const target = targetOf(context)
    if (isUnavailable(target)) return target
    if (looks.every((look) => look.text.trim() === ''))
      return unavailable('not measured', 'no control group was looked at')
    if (target.groups.length === 0)
      return looks.some((look) => /^\d+:[^:]*:\//m.test(look.text))
        ? { instances: [] }
        : unavailable('not understood', '/proc/PID/cgroup names no group')
    // The outermost first: frozen or stopped, the groups below only inherit it.
    const instances = groupsOf(looks)
      .map((group) => renamed(valuesOf(group)))
      .filter((one) => Object.keys(one.values).length > 0)
      .toSorted((a, b) => a.name.length - b.name.length)
    if (instances.length === 0) return unavailable('not understood', 'no file of these control groups could be read')
    // What no group has is left out: without a quota none can be held back by one.
    return { instances }
  },
}

/** `/sys/fs/cgroup/memory/**\/memory.failcnt` → that file of each of the target's groups in that hierarchy. */
function placed(request: ReadRequest, groups: readonly TargetGroup[]): ReadRequest {
  const paths = request.paths.flatMap((pattern) => {
    const [, folder = '', file] = /^\/sys\/fs\/cgroup(?:\/([^*]+))?\/\*\*\/([^/*]+)$/.exec(pattern) ?? []
    if (file === undefined) return []
    return groups
      .filter((group) => group.folder === folder)
      .map((group) => ['/sys/fs/cgroup', folder].filter(Boolean).join('/') + `${group.path}/${file}`)
  })
  return { ...request, paths }
}

function renamed(group: Instance): Instance {
  const values = NAMES.flatMap((name) => {
    const value = group.values[`cgroup.${name}`]
    return value === undefined ? [] : [[`target.group.${name}`, value] as const]
  })
  return { ...group, values: Object.fromEntries(values) }
}
