// Error counters of ext4 and btrfs at both ends of the window, and the mount table → errors of each mounted filesystem.
//   /sys/fs/ext4/vda/errors_count                   2
//   /sys/fs/ext4/vda/last_error_time                1795426407
//   /sys/fs/ext4/vda/session_write_kbytes           1372             since it was mounted
//   /sys/fs/xfs/dm-3/stats/stats                    xpc 4096 1881088 512    the second: written by programs
//   /sys/fs/btrfs/UUID/devinfo/1/error_stats        write_errs 0 read_errs 0 flush_errs 0 corruption_errs 0 generation_errs 0
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'
import { mountinfo, type Mount } from '../proc_mounts/mounts.ts'

const MOUNTS = '/proc/self/mountinfo'
const ERRORS = ['mount.errors', 'mount.errors_recorded', 'mount.stopped'] as const
const UNCOUNTED = unavailable('nothing to measure', 'no mounted filesystem counts its errors: ext4 and btrfs do')

type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'fs_errors',
  tier: 'read',
  asks: 'Did a filesystem meet errors, now or before?',
  gives: [...ERRORS, 'mount.written'],
  requests: () => [
    { kind: 'read', paths: ['/sys/fs/ext4/*/errors_count', '/sys/fs/btrfs/*/devinfo/*/error_stats'], at: 'ends' },
    {
      kind: 'read',
      paths: [
        MOUNTS,
        '/proc/stat',
        '/sys/fs/ext4/*/last_error_time',
        '/sys/fs/ext4/*/session_write_kbytes',
        '/sys/fs/xfs/*/stats/stats',
        '/proc/fs/ext4/*/options',
        '/sys/class/block/*/dev',
        '/sys/class/block/*/dm/name',
        '/sys/fs/btrfs/*/devices/',
      ],
      at: 'end',
    },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const all: Files = new Map(reads.flatMap((read) => [...read]))
    const mounts = mountinfo(all.get(MOUNTS) ?? '')
    if (mounts.length === 0) return unavailable('not understood', `${MOUNTS} lists no mount`)
    const instances = [...ext4(reads, all, mounts), ...btrfs(reads, all, mounts), ...xfs(all, mounts)]
    const counted = instances.some(({ values }) => 'mount.errors_recorded' in values)
    if (counted) return { instances }
    if (instances.length > 0) return { instances, missing: Object.fromEntries(ERRORS.map((id) => [id, UNCOUNTED])) }
    const counters = [...all.keys()].some((path) => /^\/sys\/fs\/ext4\/[^/]+\/errors_count$|\/error_stats$/.test(path))
    return counters ? unavailable('not understood', 'no counter of filesystem errors belongs to a mount') : UNCOUNTED
  },
}

function ext4(reads: readonly Files[], all: Files, mounts: readonly Mount[]): Instance[] {
  const booted = keyed(all.get('/proc/stat') ?? '').get('btime')
  return devicesOf(all, /^\/sys\/fs\/ext4\/([^/]+)\/errors_count$/).flatMap((name) => {
    const device = all.get(`/sys/class/block/${name}/dev`)?.trim()
    const mount = shortest(mounts.filter((one) => one.device === device && one.type.startsWith('ext')))
    const counts = seen(reads.map((read) => read.get(`/sys/fs/ext4/${name}/errors_count`))).map(count)
    const recorded = counts.at(-1)
    if (!mount || recorded === undefined) return []
    const last = count(all.get(`/sys/fs/ext4/${name}/last_error_time`))
    const written = count(all.get(`/sys/fs/ext4/${name}/session_write_kbytes`))
    const options = all.get(`/proc/fs/ext4/${name}/options`)?.split('\n')
    const stops = options?.includes('errors=remount-ro') ?? mount.superOptions.includes('errors=remount-ro')
    const stopped =
      last === undefined || booted === undefined ? undefined : Number(stops && last >= booted && recorded > 0)
    return [
      instance(mount, {
        'mount.errors': increase(counts),
        'mount.errors_recorded': recorded,
        'mount.stopped': stopped,
        'mount.written': written === undefined ? undefined : written * 1024,
      }),
    ]
  })
}

const BTRFS_KEYS = ['write_errs', 'read_errs', 'flush_errs', 'corruption_errs', 'generation_errs']

function btrfs(reads: readonly Files[], all: Files, mounts: readonly Mount[]): Instance[] {
  const ids = new Set(devicesOf(all, /^\/sys\/fs\/btrfs\/([^/]+)\/devinfo\/[^/]+\/error_stats$/))
  return [...ids].flatMap((id) => {
    const devices = (all.get(`/sys/fs/btrfs/${id}/devices/`) ?? '').split('\n').filter((name) => name !== '')
    // The mount table calls a mapped device by its name, sysfs by its number.
    const names = devices.map((name) => all.get(`/sys/class/block/${name}/dm/name`)?.trim() ?? name)
    const mount = shortest(
      mounts.filter((one) => one.type === 'btrfs' && names.some((name) => one.source.endsWith(`/${name}`))),
    )
    const counts = reads.flatMap((read) => {
      const stats = [...read].filter(([path]) => path.startsWith(`/sys/fs/btrfs/${id}/devinfo/`))
      return stats.length > 0 ? [total(stats.map(([, text]) => text))] : []
    })
    const recorded = counts.at(-1)
    return mount && recorded !== undefined
      ? [instance(mount, { 'mount.errors': increase(counts), 'mount.errors_recorded': recorded })]
      : []
  })
}

/** XFS counts no errors, but what programs wrote to it since it was mounted. */
function xfs(all: Files, mounts: readonly Mount[]): Instance[] {
  return devicesOf(all, /^\/sys\/fs\/xfs\/([^/]+)\/stats\/stats$/).flatMap((name) => {
    const device = all.get(`/sys/class/block/${name}/dev`)?.trim()
    const mount = shortest(mounts.filter((one) => one.device === device && one.type === 'xfs'))
    const written = count(/^xpc \d+ (\d+) \d+/m.exec(all.get(`/sys/fs/xfs/${name}/stats/stats`) ?? '')?.[1])
    return mount && written !== undefined ? [instance(mount, { 'mount.written': written })] : []
  })
}

function total(texts: readonly string[]): number | undefined {
  const numbers = texts.flatMap((text) => BTRFS_KEYS.map((key) => keyed(text).get(key)))
  return numbers.some((one) => one === undefined || one < 0)
    ? undefined
    : numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0)
}

function instance(mount: Mount, values: Readonly<Record<string, number | undefined>>): Instance {
  const labels = { mount: mount.path, device: mount.source, fstype: mount.type }
  return { domain: 'mount', name: mount.path, labels, values: defined(values) }
}

function devicesOf(all: Files, pattern: RegExp): string[] {
  return [...all.keys()].flatMap((path) => pattern.exec(path)?.[1] ?? [])
}

/** One mount speaks for its filesystem: all of it, the shortest path. */
function shortest(mounts: readonly Mount[]): Mount | undefined {
  const rank = (mount: Mount) => (mount.root === '/' ? 0 : 1e6) + mount.path.length
  return mounts.toSorted((a, b) => rank(a) - rank(b))[0]
}

function seen(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined)
}

function count(text: string | undefined): number | undefined {
  const value = number(text?.trim())
  return value !== undefined && value >= 0 ? value : undefined
}
