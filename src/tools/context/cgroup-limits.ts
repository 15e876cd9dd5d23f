// Mounts, our own control group and the limit files of it and its ancestors (v1, v2, both) → version, path, tightest limits.
//   cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0
//   0::/system.slice/cron.service            v1: 4:memory:/docker/0123
//   /sys/fs/cgroup/system.slice/cpu.max      50000 100000
import type { CgroupLimits } from '../../model/context.ts'
import { listCount } from './cpus.ts'
import { integer, line, type Files } from './text.ts'

const ROOT = '/sys/fs/cgroup'
const V2 = ['cpu.max', 'memory.max', 'cpuset.cpus.effective']
const V1: Readonly<Record<string, readonly string[]>> = {
  cpu: ['cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  memory: ['memory.limit_in_bytes'],
  cpuset: ['cpuset.effective_cpus', 'cpuset.cpus'],
}
/** "No limit" of v1 is the largest number of pages a long can count; nobody has 4 EiB. */
const NO_LIMIT = 2 ** 62

/** Known without knowing our group. In a container they are the container's own limits. */
export const CGROUP_ROOT_FILES: readonly string[] = [
  '/proc/mounts',
  '/proc/self/cgroup',
  ...V2.map((file) => `${ROOT}/${file}`),
  ...Object.entries(V1).flatMap(([controller, names]) => names.map((name) => `${ROOT}/${controller}/${name}`)),
]

interface Folders {
  readonly version: CgroupLimits['version']
  readonly path: string
  /** Folders that can limit us, by controller; `unified` for v2. */
  readonly of: ReadonlyMap<string, readonly string[]>
}

export function cgroupOf(files: Files): { readonly limits: CgroupLimits; readonly cpusetCpus?: number } {
  const { version, path, of } = foldersOf(files)
  const unified = of.get('unified') ?? []
  const tightest = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined)
    return known.length > 0 ? Math.min(...known) : undefined
  }
  const cpus = tightest([
    ...unified.map((folder) => quota(line(files, `${folder}/cpu.max`))),
    ...(of.get('cpu') ?? []).map((folder) =>
      ratio(integer(files, `${folder}/cpu.cfs_quota_us`), integer(files, `${folder}/cpu.cfs_period_us`)),
    ),
  ])
  const memoryBytes = tightest([
    ...unified.map((folder) => bytes(integer(files, `${folder}/memory.max`))),
    ...(of.get('memory') ?? []).map((folder) => bytes(integer(files, `${folder}/memory.limit_in_bytes`))),
  ])
  const cpusetCpus = tightest([
    ...unified.map((folder) => listCount(line(files, `${folder}/cpuset.cpus.effective`))),
    ...(of.get('cpuset') ?? []).map((folder) =>
      listCount(line(files, `${folder}/cpuset.effective_cpus`) ?? line(files, `${folder}/cpuset.cpus`)),
    ),
  ])
  return {
    limits: {
      version,
      path,
      ...(cpus === undefined ? {} : { cpus }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    },
    ...(cpusetCpus === undefined ? {} : { cpusetCpus }),
  }
}

/** Limit files of our group and its ancestors that were not asked for beforehand. */
export function limitFiles(files: Files): string[] {
  const asked = new Set(CGROUP_ROOT_FILES)
  const wanted: string[] = []
  for (const [controller, folders] of foldersOf(files).of) {
    for (const folder of folders) for (const name of V1[controller] ?? V2) wanted.push(`${folder}/${name}`)
  }
  return wanted.filter((path) => !asked.has(path))
}

function foldersOf(files: Files): Folders {
  const own = ownPaths(files.get('/proc/self/cgroup') ?? '')
  const of = new Map<string, readonly string[]>()
  let unified = false
  for (const row of (files.get('/proc/mounts') ?? '').split('\n')) {
    const [, mount = '', type, options = ''] = row.split(' ')
    if (type === 'cgroup2') unified = true
    if (type === 'cgroup2') of.set('unified', ancestors(mount, own.get('') ?? '/'))
    if (type !== 'cgroup') continue
    for (const name of options.split(',')) if (name in V1) of.set(name, ancestors(mount, own.get(name) ?? '/'))
  }
  const v1 = [...of.keys()].some((name) => name !== 'unified')
  const version = unified ? (v1 ? 'hybrid' : '2') : v1 ? '1' : 'none'
  const deepest = [own.get(''), own.get('memory'), own.get('cpu'), own.get('cpuset'), own.get('name=systemd')]
  return { version, path: deepest.find((path) => path !== undefined && path !== '/') ?? '/', of }
}

/** `/proc/self/cgroup` → controller → path; '' is the v2 hierarchy. A path outside our namespace (`/..`) is not visible: its root is. */
function ownPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>()
  for (const row of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(row)
    if (!match) continue
    const path = match[2]?.includes('/..') ? '/' : (match[2] ?? '/')
    for (const controller of (match[1] ?? '').split(',')) paths.set(controller, path)
  }
  return paths
}

/** The mount itself too: in a container it is our group although the path says otherwise. At most 16 levels. */
function ancestors(mount: string, path: string): string[] {
  const folders = [mount]
  for (const segment of path
    .split('/')
    .filter((part) => part !== '')
    .slice(0, 16))
    folders.push(`${folders.at(-1)}/${segment}`)
  return folders
}

function quota(text: string | undefined): number | undefined {
  const match = /^(\d+) (\d+)$/.exec(text ?? '')
  return match ? ratio(Number(match[1]), Number(match[2])) : undefined
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part !== undefined && whole !== undefined && part > 0 && whole > 0 ? part / whole : undefined
}

function bytes(limit: number | undefined): number | undefined {
  return limit !== undefined && limit >= 0 && limit < NO_LIMIT ? limit : undefined
}
