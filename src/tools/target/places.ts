// /proc/PID/cgroup of some processes, or a path → the folders below /sys/fs/cgroup that hold their limits, ancestors included.
//   4:memory:/docker/0123       version 1: folder `memory`, groups /docker/0123 and /docker
//   0::/system.slice/x.service  version 2, or `unified` beside version 1
import type { TargetGroup } from '../../model/target.ts'

const MOST_PLACES = 24
/** Controllers that hold a process back, in the order they are read. */
const CONTROLLERS = ['', 'unified', 'cpu', 'memory', 'freezer', 'cpuacct', 'pids']

export function placesOf(texts: readonly string[]): TargetGroup[] {
  const found: TargetGroup[] = []
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    for (const folder of foldersOf(controllers)) if (CONTROLLERS.includes(folder)) found.push(...upwards(folder, path))
  }
  return merged(found)
}

/** The line without a controller is version 2, wherever that is mounted. */
function foldersOf(controllers: string): readonly string[] {
  return controllers === '' ? ['', 'unified'] : controllers.split(',')
}

/** A group named by hand: it may be in any hierarchy. */
export function placesAt(path: string): TargetGroup[] {
  return CONTROLLERS.flatMap((folder) => upwards(folder, path))
}

/** The group itself and each one above it but the root, which has no limits. A star would be a pattern, dots lead elsewhere. */
function upwards(folder: string, path: string): TargetGroup[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.some((segment) => segment.includes('*') || segment === '..' || segment === '.')) return []
  return segments.map((_, i) => ({ folder, path: `/${segments.slice(0, segments.length - i).join('/')}` }))
}

/** Each once, the innermost groups first. */
export function merged(places: readonly TargetGroup[]): TargetGroup[] {
  const found = new Map(places.map((place) => [`${place.folder}:${place.path}`, place]))
  const rank = (one: TargetGroup) => CONTROLLERS.indexOf(one.folder)
  return [...found.values()].sort((a, b) => b.path.length - a.path.length || rank(a) - rank(b)).slice(0, MOST_PLACES)
}
