// /proc/self/mountinfo and the counters of the device behind the target at both ends of the window → read-only or not, time and queue of its I/O.
//   27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
//   /sys/dev/block/254:0/stat   340771 48390 11984386 246042 304792 80203 6724856 56447 0 36728 307164 …
import type { Context } from '../../model/context.ts'
import type { Source } from '../../model/source.ts'
import type { TargetMount } from '../../model/target.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'
import { awaitLimit } from '../sys_block/index.ts'
import { mountOf, targetOf } from '../target/need.ts'
import { mountsIn, TABLE } from '../target/mounts.ts'

const DEVICE = [
  'target.mount.await',
  'target.mount.await_limit',
  'target.mount.queue',
  'target.mount.operations',
] as const
/** Types that nobody can write to: being read-only says nothing. */
const NEVER_WRITTEN = /^(?:squashfs|iso9660|udf|erofs|cramfs|romfs|fuse\.snapfuse)$/

export const source: Source = {
  id: 'target_mount',
  tier: 'read',
  asks: 'Can the mount that is said to be slow be written, and how fast is the device behind it?',
  gives: ['target.found', 'target.name', 'target.mount.read_only', ...DEVICE],
  requests: (_window, context) => {
    const mount = mountOf(context)
    if (isUnavailable(mount)) return mount
    const table = {
      kind: 'read',
      paths: [TABLE, ...(mount.disk === undefined ? [] : [`/sys/block/${mount.disk}/queue/rotational`])],
      at: 'end',
    } as const
    return mount.device === undefined ? [table] : [table, { kind: 'read', paths: [`${mount.device}/stat`], at: 'ends' }]
  },
  parse: (looks, { context }) => {
    const target = targetOf(context)
    const wanted = mountOf(context)
    if (isUnavailable(target)) return target
    if (isUnavailable(wanted)) return wanted
    const table = looks.map((look) => files(look.text).get(TABLE)).findLast((text) => text !== undefined)
    const mounts = mountsIn(table ?? '')
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const mount = mounts.findLast((one) => one.path === wanted.path)
    if (!mount) return unavailable('not measured', `${wanted.path} was unmounted while it was looked at`)
    const readOnly = [...mount.options, ...mount.superOptions].includes('ro') && !NEVER_WRITTEN.test(mount.type)
    const reads = looks.flatMap((look) => cellsOf(files(look.text).get(`${wanted.device}/stat`), look.atMs))
    const device =
      wanted.device === undefined
        ? undefined
        : deviceValues(reads, wanted, context, files(looks.map((look) => look.text).join('')))
    return {
      host: { 'target.found': 1, 'target.name': target.name },
      instances: [
        {
          domain: 'mount',
          name: wanted.path,
          labels: {
            mount: wanted.path,
            fstype: mount.type,
            ...(wanted.deviceName === undefined ? {} : { device: wanted.deviceName }),
          },
          values: { 'target.mount.read_only': Number(readOnly), ...device },
        },
      ],
      missing: absent(device, wanted),
    }
  },
}

interface Cells {
  readonly atMs: number
  readonly ios: number
  readonly ms: number
  readonly queueMs: number
}

/** reads merged sectors ms, writes merged sectors ms, in flight, ms busy, ms weighted by requests in flight; the layout is fixed since 2.6. */
function cellsOf(text: string | undefined, atMs: number): Cells[] {
  const cells = words(text ?? '').map(number)
  const [reads, , , readMs, writes, , , writeMs, , , queueMs] = cells
  if (
    cells.length < 11 ||
    reads === undefined ||
    readMs === undefined ||
    writes === undefined ||
    writeMs === undefined ||
    queueMs === undefined
  )
    return []
  return [{ atMs, ios: reads + writes, ms: readMs + writeMs, queueMs }]
}

function deviceValues(
  reads: readonly Cells[],
  mount: TargetMount,
  context: Context,
  read: ReadonlyMap<string, string>,
): Record<string, number> {
  const at = reads.map((one) => one.atMs)
  const ios = increase(reads.map((one) => one.ios))
  const ms = increase(reads.map((one) => one.ms))
  const queue = meanRate(
    reads.map((one) => one.queueMs),
    at,
  )
  return defined({
    'target.mount.await': ios !== undefined && ios > 0 && ms !== undefined ? ms / 1000 / ios : undefined,
    'target.mount.await_limit': awaitLimit(
      context.disks.find((one) => one.name === mount.disk),
      read.get(`/sys/block/${mount.disk}/queue/rotational`)?.trim(),
    ),
    'target.mount.queue': queue === undefined ? undefined : queue / 1000,
    'target.mount.operations': meanRate(
      reads.map((one) => one.ios),
      at,
    ),
  })
}

/** Without a device, or without a request to it, there is no such value; what should be there and is not has its reason. */
function absent(device: Readonly<Record<string, number>> | undefined, mount: TargetMount): Record<string, Unavailable> {
  if (device === undefined) return {}
  const why = (id: string) =>
    id === 'target.mount.await_limit'
      ? unavailable('not supported', 'the class of its device is not known')
      : unavailable('not understood', `${mount.device ?? ''}/stat has not the counters it should have`)
  const expected = DEVICE.filter((id) => id !== 'target.mount.await' || device['target.mount.operations'] === undefined)
  return Object.fromEntries(expected.filter((id) => device[id] === undefined).map((id) => [id, why(id)]))
}
