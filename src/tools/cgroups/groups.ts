// Looks → one entry per control group: the text of each of its files at each moment. v1 controllers of the same path are one group.
//   /sys/fs/cgroup/memory/docker/0123/memory.failcnt   → group /docker/0123, file memory.failcnt
//   /sys/fs/cgroup/system.slice/memory.events          → group /system.slice, file memory.events
import type { Observation } from '../../model/observation.ts'
import { files } from '../../parse/files.ts'

export interface Group {
  readonly path: string
  /** File name → content at each look that had it, with its moment. */
  readonly files: ReadonlyMap<string, readonly Reading[]>
}

export interface Reading {
  readonly atMs: number
  readonly text: string
}

const V1_FOLDER = /^(?:cpu|cpuacct|cpu,cpuacct|cpuacct,cpu|memory|pids|blkio|freezer|unified)(?=\/|$)/

/** All groups but the roots: a root has no limits, and its counters are those of the host. */
export function groupsOf(looks: readonly Observation[]): Group[] {
  const groups = new Map<string, Map<string, Reading[]>>()
  for (const look of looks) {
    for (const [path, text] of files(look.text)) {
      const place = placeOf(path)
      if (!place) continue
      const group = groups.get(place.group) ?? new Map<string, Reading[]>()
      groups.set(place.group, group)
      const moments = group.get(place.name) ?? []
      group.set(place.name, moments)
      moments.push({ atMs: look.atMs, text })
    }
  }
  return [...groups].map(([path, found]) => ({ path, files: found }))
}

function placeOf(path: string): { readonly group: string; readonly name: string } | undefined {
  const match = /^\/sys\/fs\/cgroup\/(.+)\/([^/]+)$/.exec(path)
  if (!match) return undefined
  const name = match[2] ?? ''
  const group = (match[1] ?? '').replace(V1_FOLDER, '')
  if (group === '') return undefined
  return { group: group.startsWith('/') ? group : `/${group}`, name }
}
