// lsblk: its tree of block devices as JSON → size, scheduler and transport of each disk, and where it is mounted.
//   {"blockdevices": [
//      {"name":"nvme0n1", "kname":"nvme0n1", "type":"disk", "sched":"none", "size":268435456, "tran":"nvme", "mountpoint":null,
//       "children": [{"name":"nvme0n1p1", "kname":"nvme0n1p1", "type":"part", "mountpoint":"/boot"}]},
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { judged } from '../../parse/disk.ts'
import { isCount, isObject, parseJson } from '../../parse/json.ts'
import { defined } from '../../parse/table.ts'

const COLUMNS = 'NAME,KNAME,TYPE,ROTA,SCHED,RQ-SIZE,SIZE,MODEL,TRAN,PKNAME,MOUNTPOINT,FSTYPE'
/** Transports with a network in between. */
const REMOTE = ['iscsi', 'fc', 'fcoe', 'nbd', 'rbd']

type Json = Readonly<Record<string, unknown>>

export const source: Source = {
  id: 'lsblk',
  tier: 'run',
  tool: 'lsblk',
  asks: 'Which disks are there, how are they attached, and what is on them?',
  gives: ['disk.size', 'disk.scheduler', 'disk.transport', 'disk.mounts', 'disk.remote'],
  // Status 64: some devices could not be asked, the others are printed.
  requests: () => [{ kind: 'run', argv: ['lsblk', '-J', '-b', '-o', COLUMNS], at: 'start', accept: [32, 64] }],
  parse: ([look]) => {
    const json = parseJson(look?.text ?? '')
    const list = isObject(json) ? json['blockdevices'] : undefined
    if (!Array.isArray(list)) return unavailable('not understood', 'lsblk printed no JSON list "blockdevices"')
    // An array or a volume group stands below each of its disks: it is one instance.
    const disks = new Map(list.flatMap(tree).map((disk) => [disk.name, disk]))
    if (disks.size === 0)
      return list.length === 0
        ? unavailable('nothing to measure', 'lsblk lists no block device')
        : unavailable('nothing to measure', 'lsblk lists no disk worth judging')
    const instances = [...disks.values()]
    const absent = (['disk.transport', 'disk.remote', 'disk.scheduler', 'disk.mounts'] as const).filter(
      (id) => !instances.some((disk) => id in disk.values),
    )
    const why = unavailable('nothing to measure', 'no disk here has it')
    return { instances, missing: Object.fromEntries(absent.map((id) => [id, why])) }
  },
}

function tree(node: unknown): Instance[] {
  if (!isObject(node)) return []
  const below = children(node).flatMap(tree)
  const disk = diskOf(node)
  return disk ? [disk, ...below] : below
}

function diskOf(node: Json): Instance | undefined {
  const name = text(node, 'kname')
  const size = node['size']
  const used = isCount(size) && size > 0
  if (name === undefined || text(node, 'type') === 'part' || !used || !judged(name, mountsOf(node).length > 0))
    return undefined
  const transport = text(node, 'tran')
  const mounts = mountsOf(node)
  const model = text(node, 'model')?.trim()
  return {
    domain: 'disk',
    name,
    labels: defined({ device: name, model: model === '' ? undefined : model }),
    values: defined<number | string>({
      'disk.size': size,
      'disk.scheduler': text(node, 'sched'),
      'disk.transport': transport,
      'disk.remote': transport === undefined ? undefined : Number(REMOTE.includes(transport)),
      'disk.mounts': mounts.length > 0 ? mounts.join(' ') : undefined,
    }),
  }
}

function mountsOf(node: Json): string[] {
  const own = text(node, 'mountpoint')
  return [
    ...new Set([
      ...(own === undefined ? [] : [own]),
      ...children(node).flatMap((child) => (isObject(child) ? mountsOf(child) : [])),
    ]),
  ]
}

function children(node: Json): readonly unknown[] {
  return Array.isArray(node['children']) ? node['children'] : []
}

function text(node: Json, key: string): string | undefined {
  const value = node[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}
