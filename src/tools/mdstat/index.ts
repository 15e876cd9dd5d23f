// /proc/mdstat → each software RAID array: members missing or failed, and how far a rebuild is.
//   md0 : active raid1 loop2[2] loop0[0]
//         48128 blocks super 1.2 [2/1] [U_]
//         [===>.................]  recovery = 18.9% (9344/48128) finish=0.2min speed=3114K/sec
import type { Instance, Value } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const TABLE = '/proc/mdstat'
const REBUILD = ['array.progress', 'array.rebuild_speed', 'array.rebuild_left'] as const

export const source: Source = {
  id: 'mdstat',
  tier: 'read',
  asks: 'Is a software RAID array degraded or rebuilding?',
  gives: [
    'array.missing',
    'array.members',
    'array.failed',
    'array.rebuilding',
    'array.action',
    'array.inactive',
    ...REBUILD,
  ],
  requests: () => [{ kind: 'read', paths: [TABLE], at: 'end' }],
  parse: ([look]) => {
    if (look?.outcome === 'missing')
      return unavailable('nothing to measure', 'software RAID is not loaded: there is no /proc/mdstat')
    const text = files(look?.text ?? '').get(TABLE)
    if (text === undefined || !/^Personalities\b/m.test(text))
      return unavailable('not understood', `${TABLE} has no line "Personalities"`)
    const instances = blocksOf(text).flatMap(arrayOf)
    if (instances.length === 0) return unavailable('nothing to measure', '/proc/mdstat lists no array')
    const rebuilding = instances.some((array) => 'array.progress' in array.values)
    const why = unavailable('nothing to measure', 'no array rebuilds')
    return rebuilding ? { instances } : { instances, missing: Object.fromEntries(REBUILD.map((id) => [id, why])) }
  },
}

/** An array is a line that begins with its name, and the indented lines below it. */
function blocksOf(text: string): string[] {
  return text.split(/\n(?=\S)/).filter((block) => /^\S+ : /.test(block))
}

function arrayOf(block: string): Instance[] {
  const head = /^(\S+) : (active|inactive|broken|clear)\b(.*)/.exec(block)
  if (!head) return []
  const [, name = '', state = '', members = ''] = head
  const counts = /\[(\d+)\/(\d+)\] \[[U_]+\]/.exec(block)
  const wanted = number(counts?.[1])
  const working = number(counts?.[2])
  const action = actionOf(block)
  const values: Record<string, Value | undefined> = {
    'array.members': wanted,
    // Arrays without redundancy, and containers, print no such counts.
    'array.missing': wanted === undefined || working === undefined ? undefined : Math.max(0, wanted - working),
    'array.failed': members.match(/\(F\)/g)?.length ?? 0,
    'array.rebuilding': Number(action.running),
    'array.action': action.name,
    'array.progress': action.progress,
    'array.rebuild_speed': action.speed,
    'array.rebuild_left': action.left,
    // A container (IMSM, DDF) holds the metadata of others and is never started.
    'array.inactive': Number(state !== 'active' && !/\bsuper external:/.test(block)),
  }
  return [{ domain: 'disk', name, labels: { device: name }, values: defined(values) }]
}

interface Action {
  readonly name: string
  readonly running: boolean
  readonly progress?: number | undefined
  readonly speed?: number | undefined
  readonly left?: number | undefined
}

function actionOf(block: string): Action {
  const running =
    /(recovery|resync|reshape|check|repair|recover)\s*=\s*([\d.]+)%(?:.*?finish=([\d.]+)min)?(?:.*?speed=(\d+)K\/sec)?/.exec(
      block,
    )
  if (running) {
    const [, name = '', share, minutes, speed] = running
    return {
      name,
      running: true,
      progress: number(share),
      left: scaled(number(minutes), 60),
      speed: scaled(number(speed), 1024),
    }
  }
  const waiting = /(recovery|resync|reshape|check|repair|recover)=(PENDING|DELAYED|REMOTE)/.exec(block)
  return { name: waiting ? `${waiting[1]} ${waiting[2]?.toLowerCase()}` : 'idle', running: false }
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by
}
