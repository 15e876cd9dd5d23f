// CPU, memory and task settings of all control groups, read once → how many CPUs each may use, how many tasks share them.
//   /sys/fs/cgroup/system.slice/x.service/cpu.max       20000 100000
//   /sys/fs/cgroup/system.slice/x.service/memory.high   max
//   /sys/fs/cgroup/cpu/docker/0123/cpu.cfs_quota_us     20000
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'
import { groupsOf, type Group } from '../cgroups/groups.ts'
import { listCount } from '../context/cpus.ts'
import { whole } from '../static_config/items.ts'

const root = '/sys/fs/cgroup'
const V2 = ['cpu.max', 'cpuset.cpus', 'memory.high', 'memory.max', 'pids.current']
const V1 = ['cpu/**/cpu.cfs_quota_us', 'cpu/**/cpu.cfs_period_us', 'pids/**/pids.current']

export const source: Source = {
  id: 'static_groups',
  tier: 'read',
  asks: 'Do many tasks of a group share less than a CPU, and does its memory limit have room below it?',
  gives: ['config.cgroup.cpus', 'config.cgroup.tasks', 'config.cgroup.memory_high', 'config.cgroup.memory_max'],
  requests: (_window, { cgroup }) => {
    if (cgroup.version === 'none') return unavailable('not supported', 'control groups are not mounted')
    const names = cgroup.version === '2' ? V2.map((file) => `**/${file}`) : V1
    return [{ kind: 'read', paths: names.map((file) => `${root}/${file}`), at: 'start' }]
  },
  parse: (looks) => {
    const groups = groupsOf(looks)
    const instances = groups.map(instanceOf).filter(({ values }) => Object.keys(values).length > 0)
    if (groups.length > 0 && instances.length === 0)
      return unavailable('not understood', 'no control group file holds what the kernel writes there')
    if (looks.every(({ text }) => text.trim() === ''))
      return unavailable('not supported', `no control group files below ${root}`)
    // Where there is no group but the root, the root's files are read, and say nothing.
    if (groups.length === 0 && !looks.every(({ text }) => text.startsWith(`==> ${root}/`)))
      return unavailable('not understood', `nothing of what was read is a file below ${root}`)
    return { instances }
  },
}

function instanceOf(group: Group): Instance {
  const text = (file: string) => group.files.get(file)?.[0]?.text.trim()
  const [quota, period] = (text('cpu.max') ?? '').split(' ').map(whole)
  const cpus = [
    share(quota, period),
    share(whole(text('cpu.cfs_quota_us')), whole(text('cpu.cfs_period_us'))),
    listCount(text('cpuset.cpus')),
  ].filter((count) => count !== undefined)
  return {
    domain: 'cgroup',
    name: group.path,
    values: defined({
      'config.cgroup.cpus': cpus.length > 0 ? Math.min(...cpus) : undefined,
      'config.cgroup.tasks': whole(text('pids.current')),
      'config.cgroup.memory_high': whole(text('memory.high')),
      'config.cgroup.memory_max': whole(text('memory.max')),
    }),
  }
}

function share(quota: number | undefined, period: number | undefined): number | undefined {
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period
}
