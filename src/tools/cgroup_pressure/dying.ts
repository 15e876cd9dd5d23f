// cgroup.stat of the root (v2), or the kernel's count of memory groups and those that are there (v1) → groups deleted and not yet gone.
//   nr_dying_descendants 214
//   #subsys_name	hierarchy	num_cgroups	enabled
//   memory	4	14	1
import type { Context } from '../../model/context.ts'
import type { Observation } from '../../model/observation.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, keyed } from '../../parse/files.ts'
import { number, table } from '../../parse/table.ts'

/** What a pattern of files reads at most. */
const MOST_FILES = 4000
const MEMORY = /^\/sys\/fs\/cgroup\/memory\/(?:.*\/)?memory\.oom_control$/

export function dyingOf(looks: readonly Observation[], context: Pick<Context, 'container'>): number | Unavailable {
  const last = new Map(looks.flatMap((look) => [...files(look.text)]))
  const descendants = keyed(last.get('/sys/fs/cgroup/cgroup.stat') ?? '').get('nr_dying_descendants')
  if (descendants !== undefined && descendants >= 0) return descendants
  // The kernel counts the groups of the whole host; a container sees only its own.
  if (context.container !== 'none')
    return unavailable('not measured', 'deleted groups of version 1 are counted for the whole host only')
  const counted = memoryGroups(last.get('/proc/cgroups') ?? '')
  const there = [...last.keys()].filter((path) => MEMORY.test(path)).length
  if (counted === undefined || there === 0)
    return unavailable('not supported', 'this kernel does not count deleted groups')
  // More groups than are read: how many are missing there is not known.
  if (there >= MOST_FILES) return unavailable('not measured', `there are more than ${MOST_FILES} groups`)
  return Math.max(0, counted - there)
}

function memoryGroups(text: string): number | undefined {
  const [header = '', ...lines] = text.trim().split('\n')
  const rows = table(
    header.split('\t'),
    lines.map((line) => line.split('\t')),
  ).rows
  return number(rows.find((row) => row.text('#subsys_name') === 'memory')?.text('num_cgroups'))
}
