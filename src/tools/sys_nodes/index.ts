// Files of the memory nodes in /sys and /proc/vmstat (twin of numastat) → memory from other nodes, and nodes that are full while others are not.
//   ==> /sys/devices/system/node/node0/numastat <==
//   numa_miss 0
//   Node 0 MemFree:        10218552 kB
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { meanRate } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { traffic, TRAFFIC, type NodeCounters } from '../../parse/memory-nodes.ts'
import { defined, sum } from '../../parse/table.ts'

const NODE = '/sys/devices/system/node'
const VMSTAT = '/proc/vmstat'
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'sys_nodes',
  tier: 'read',
  asks: 'Does memory come from the node of the CPU that asks for it, and is one node full?',
  gives: ['numa.nodes', ...TRAFFIC, 'numa.least_free', 'numa.most_free', 'numa.migrated'],
  requests: () => [{ kind: 'read', paths: [`${NODE}/node*/numastat`, `${NODE}/node*/meminfo`, VMSTAT], at: 'every' }],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const at = looks.map((look) => look.atMs)
    const nodes = read.map(counters)
    const known = nodes.length > 0 && nodes.every((node) => node.size > 0)
    const found = known ? traffic(nodes, at) : { host: {}, missing: {} }
    const room = read.map(freeShares)
    const extreme = (of: (shares: readonly number[]) => number) =>
      room.length > 0 && room.every((shares) => shares.length > 0) ? room.map(of) : undefined
    const migrated = read.map((each) => keyed(each.get(VMSTAT) ?? '').get('numa_pages_migrated'))
    const host = defined({
      ...found.host,
      'numa.least_free': extreme((shares) => Math.min(...shares)),
      'numa.most_free': extreme((shares) => Math.max(...shares)),
      'numa.migrated': meanRate(migrated, at),
    })
    if (Object.keys(host).length > 0)
      return { host, missing: { ...absent(source.gives, host, unsupported), ...found.missing } }
    return read.some((each) => each.size > 0)
      ? unavailable('not understood', `the files in ${NODE} have not the lines they are known by`)
      : { missing: absent(source.gives, {}, unsupported) }
  },
}

const unsupported = unavailable('not supported', 'this kernel does not tell it (built without NUMA or NUMA_BALANCING)')

function counters(read: Files): NodeCounters {
  return new Map(
    [...read].flatMap(([path, text]) => {
      const node = /\/(node\d+)\/numastat$/.exec(path)?.[1]
      const counts = keyed(text)
      return node !== undefined && counts.has('numa_hit') && [...counts.values()].every((value) => value >= 0)
        ? [[node, counts] as const]
        : []
    }),
  )
}

/** Percent of each node that is free or page cache; nodes without memory have no share. */
function freeShares(read: Files): number[] {
  return [...read].flatMap(([path, text]) => {
    if (!/\/node\d+\/meminfo$/.test(path)) return []
    const info = keyed(text.replaceAll(/^Node \d+ /gm, ''))
    const total = info.get('MemTotal')
    const room = sum(info.get('MemFree'), info.get('Active(file)'), info.get('Inactive(file)'))
    return total !== undefined && total > 0 && room !== undefined && room >= 0 && room <= total
      ? [(100 * room) / total]
      : []
  })
}
