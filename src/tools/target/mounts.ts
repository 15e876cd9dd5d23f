// mount:/PATH → the mount that holds the path, its type and its device.
//   27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard          …: options, - type source super options
//   /sys/dev/block/254:0/uevent   DEVNAME=vda, DEVTYPE=disk
import type { Request } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { files } from '../../parse/files.ts'
import { notFound, type Seeking } from './resolve.ts'

export const TABLE = '/proc/self/mountinfo'

export interface Mount {
  readonly path: string
  /** `254:0`; 0:N where there is no block device. */
  readonly number: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
  readonly superOptions: readonly string[]
}

export function mountRound(seeking: Seeking): readonly Request[] | Target {
  const [first, second] = seeking.rounds
  if (first === undefined) return [{ kind: 'read', paths: [TABLE], at: 'start' }]
  const found = holding(seeking.name, mountsIn(textOf(first)))
  if (!found)
    return notFound(seeking, 'mount', `no mount holds ${seeking.name}`, 'name a mount point as findmnt shows it')
  const folder = folderOf(found)
  if (folder !== undefined && second === undefined)
    return [{ kind: 'read', paths: [`${folder}/uevent`, `${folder}/partition`], at: 'start' }]
  const event = second && files(second.map((look) => look.text).join('')).get(`${folder}/uevent`)
  const deviceName = /^DEVNAME=(\S+)$/m.exec(event ?? '')?.[1]
  const disk = deviceName === undefined ? undefined : diskOf(deviceName, /^DEVTYPE=partition$/m.test(event ?? ''))
  return {
    text: seeking.text,
    kind: 'mount',
    name: found.path,
    processes: [],
    total: 0,
    groups: [],
    mount: {
      path: found.path,
      type: found.type,
      ...(folder === undefined || deviceName === undefined ? {} : { device: folder, deviceName }),
      ...(disk === undefined ? {} : { disk }),
    },
  }
}

export function mountsIn(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split(' ')
    const dash = cells.indexOf('-', 6)
    const [, , number, , path, options] = cells
    const [type, source, superOptions] = cells.slice(dash + 1)
    if (
      dash < 0 ||
      number === undefined ||
      !path?.startsWith('/') ||
      options === undefined ||
      type === undefined ||
      source === undefined
    )
      return []
    return [
      {
        path: unescaped(path),
        number,
        type,
        source: unescaped(source),
        options: options.split(','),
        superOptions: (superOptions ?? '').split(','),
      },
    ]
  })
}

/** The mount with the longest path above the one asked for; of two on the same place the later one hides the earlier. */
export function holding(path: string, mounts: readonly Mount[]): Mount | undefined {
  const wanted = path.length > 1 ? path.replace(/\/+$/, '') : path
  const above = mounts.filter(
    (mount) => mount.path === '/' || wanted === mount.path || wanted.startsWith(`${mount.path}/`),
  )
  return above.reduce<Mount | undefined>(
    (best, mount) => (best === undefined || mount.path.length >= best.path.length ? mount : best),
    undefined,
  )
}

/** Btrfs and others make up a number of their own: then the name of the device is all there is. */
function folderOf({ number, source }: Mount): string | undefined {
  if (/^[1-9]\d*:\d+$/.test(number)) return `/sys/dev/block/${number}`
  const name = /^\/dev\/([\w!-]+)$/.exec(source)?.[1]
  return name === undefined || name === 'root' ? undefined : `/sys/class/block/${name}`
}

/** `sda1` is on `sda`, `nvme0n1p2` on `nvme0n1`. */
function diskOf(name: string, partition: boolean): string {
  return partition ? name.replace(/(?<=\d)p\d+$|(?<=[a-z])\d+$/, '') : name
}

/** The kernel writes space, tab, line feed and backslash as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
}

function textOf(looks: readonly { readonly text: string }[]): string {
  return looks.map((look) => files(look.text).get(TABLE) ?? '').join('')
}
