// /proc/PID/cgroup of some processes, or a path → the folders below /sys/fs/cgroup that hold their limits, ancestors included.
//   4:memory:/docker/0123       version 1: folder `memory`, groups /docker/0123 and /docker
//   0::/system.slice/x.service  version 2, or `unified` beside version 1
import type { TargetGroup } from '../../model/target.ts'

const MOST_PLACES = 24
/** Controllers that hold a process back, in the order they are read. */
const CONTROLLERS = ['', 'cpu', 'memory', 'freezer', 'cpuacct', 'pids']

export function placesOf(texts: readonly string[]): TargetGroup[] {
  const found = new Map<string, TargetGroup>()
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    for (const folder of controllers.split(',')) if (CONTROLLERS.includes(folder)) for (const place of upwards(folder, path)) found.set(`${place.folder}:${place.path}`, place)
  }
  return ordered([...found.values()])
}

/** A group named by hand: it may be in any hierarchy. */
export function placesAt(path: string): TargetGroup[] {
  return ordered(CONTROLLERS.flatMap((folder) => upwards(folder, path)))
}

/** The group itself and each one above it but the root, which has no limits. A star would be a pattern, dots lead elsewhere. */
function upwards(folder: string, path: string): TargetGroup[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.some((segment) => segment.includes('*') || segment === '..' || segment === '.')) return []
  return segments.map((_, i) => ({ folder, path: `/${segments.slice(0, segments.length - i).join('/')}` }))
}

function ordered(places: readonly TargetGroup[]): TargetGroup[] {
  const rank = (one: TargetGroup) => CONTROLLERS.indexOf(one.folder)
  return [...places].sort((a, b) => b.path.length - a.path.length || rank(a) - rank(b)).slice(0, MOST_PLACES)
}
