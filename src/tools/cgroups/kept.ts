// All control groups → those worth a word: with a limit, with activity or with an event; at most 200, the most eventful first.
import type { Instance } from '../../model/metric.ts'

const MOST_GROUPS = 200
/** An event, however small, is why a group is looked at; the limits say what kind of event. */
const EVENTS = [
  'cgroup.throttled_periods',
  'cgroup.memory_limit_hits',
  'cgroup.oom_kills',
  'cgroup.pids_rejected',
  'cgroup.frozen',
]

export function kept(groups: readonly Instance[], hostMemoryBytes: number): Instance[] {
  const worthy = groups.filter((group) => limited(group) || eventful(group) || active(group, hostMemoryBytes))
  const paths = worthy.map((group) => group.name)
  // An inner group without limits or events only repeats what its members do.
  return worthy
    .filter((group) => limited(group) || eventful(group) || !paths.some((path) => path.startsWith(`${group.name}/`)))
    .map((group) => ({ group, rank: rank(group) }))
    .sort((a, b) => b.rank - a.rank || (a.group.name < b.group.name ? -1 : 1))
    .slice(0, MOST_GROUPS)
    .map(({ group }) => group)
}

/** A task limit alone is no reason: systemd gives every unit one. */
function limited(group: Instance): boolean {
  const room = value(group, 'cgroup.pids_limit')
  return (
    value(group, 'cgroup.cpu_quota') > 0 ||
    value(group, 'cgroup.memory_limit') > 0 ||
    (room > 0 && value(group, 'cgroup.pids') > room / 2)
  )
}

function eventful(group: Instance): boolean {
  return EVENTS.some((event) => value(group, event) > 0)
}

function active(group: Instance, hostMemoryBytes: number): boolean {
  const memory = value(group, 'cgroup.memory_working')
  return (
    value(group, 'cgroup.cpu') >= 1 ||
    value(group, 'cgroup.major_faults') > 0 ||
    value(group, 'cgroup.memory_pressure') > 0 ||
    (hostMemoryBytes > 0 && memory > hostMemoryBytes / 100)
  )
}

function rank(group: Instance): number {
  const events = EVENTS.filter((event) => value(group, event) > 0).length
  return (
    events * 1e6 + Number(limited(group)) * 1e5 + value(group, 'cgroup.cpu') + value(group, 'cgroup.memory_pressure')
  )
}

function value(group: Instance, metric: string): number {
  const found = group.values[metric]
  return typeof found === 'number' ? found : 0
}
