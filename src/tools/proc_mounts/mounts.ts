// Mounts of whichever source → which filesystem is read-only, and which one refuses writes that its mount allows.
import type { Instance } from '../../model/metric.ts'
import type { Reading } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

export const MOUNT_METRICS = [
  'mount.read_only',
  'mount.filesystem_read_only',
  'mount.forced_read_only',
  'mount.options',
] as const

export interface Mount {
  readonly path: string
  readonly source: string
  readonly type: string
  /** The part of the filesystem that is mounted; `/` is all of it. */
  readonly root: string
  /** Major and minor number: mounts of one filesystem share it. */
  readonly device: string
  /** Options of this mount, and of the filesystem below all its mounts. */
  readonly options: readonly string[]
  readonly superOptions: readonly string[]
}

/** Types on a disk that are meant to be written. Others are read-only by nature, or nobody stores anything in them. */
const WRITTEN =
  /^(?:ext[234]|xfs|btrfs|f2fs|jfs|reiserfs|nilfs2|bcachefs|zfs|vfat|exfat|ntfs3?|fuseblk|ocfs2|gfs2|ubifs|hfsplus)$/
/** Linux 6.15 and later: how ext4 shows that it stopped after an error, and that it was shut down. */
const STOPPED = ['emergency_ro', 'shutdown']

export function mountReading(mounts: readonly Mount[]): Reading | Unavailable {
  const judged = mounts.filter((mount) => WRITTEN.test(mount.type))
  if (judged.length === 0)
    return unavailable('nothing to measure', 'no filesystem of a type that is written on a disk is mounted')
  const groups = new Map<string, Mount[]>()
  for (const mount of judged) groups.set(mount.device, [...(groups.get(mount.device) ?? []), mount])
  return { instances: [...groups.values()].flatMap((group) => instancesOf(group)) }
}

/** One instance per filesystem: its bind mounts would only repeat it. */
function instancesOf(group: readonly Mount[]): Instance[] {
  const whole = group.filter((mount) => mount.root === '/')
  const mounts = whole.length > 0 ? whole : group
  const first = mounts.toSorted((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1))[0]
  if (first === undefined) return []
  const readOnly = (mount: Mount) => mount.options.includes('ro')
  const superReadOnly = first.superOptions.includes('ro')
  // mount -o ro and remount,ro set both; a filesystem that gives up after an error sets only its own.
  const gaveUp = superReadOnly && !mounts.some(readOnly)
  const stopped = first.superOptions.some((option) => STOPPED.includes(option))
  return [
    {
      domain: 'mount',
      name: first.path,
      labels: { mount: first.path, device: first.source, fstype: first.type },
      values: {
        'mount.read_only': Number(superReadOnly || stopped || mounts.every(readOnly)),
        // Bind mounts of one that others write to are often read-only in a container.
        'mount.filesystem_read_only': Number(superReadOnly),
        'mount.forced_read_only': Number(gaveUp || stopped),
        'mount.options': [...first.options, ...first.superOptions.filter((one) => !first.options.includes(one))].join(
          ',',
        ),
      },
    },
  ]
}

/** Lines of /proc/self/mountinfo → mounts. Octal escapes are for white space and backslashes. */
export function mountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , device, root, path, options] = before.split(' ')
    const [type, source, superOptions] = after.split(' ')
    if (device === undefined || root === undefined || path === undefined || options === undefined) return []
    if (type === undefined || source === undefined || superOptions === undefined || !/^\d+:\d+$/.test(device)) return []
    return [
      {
        path: unescaped(path),
        root: unescaped(root),
        source: unescaped(source),
        type,
        device,
        options: options.split(','),
        superOptions: superOptions.split(','),
      },
    ]
  })
}

function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
}
