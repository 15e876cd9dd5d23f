// findmnt: its mounts as JSON → filesystems that are read-only, and those that refuse writes although their mount allows them.
//   {"filesystems": [
//      {"target":"/", "source":"/dev/vda", "fstype":"ext4", "fsroot":"/", "maj:min":"254:0",
//       "vfs-options":"rw,relatime", "fs-options":"rw,discard"},
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { mountReading, MOUNT_METRICS, type Mount } from '../proc_mounts/mounts.ts'

const COLUMNS = 'TARGET,SOURCE,FSTYPE,FSROOT,MAJ:MIN,VFS-OPTIONS,FS-OPTIONS'

export const source: Source = {
  id: 'findmnt',
  tier: 'run',
  tool: 'findmnt',
  asks: 'Did a filesystem stop accepting writes?',
  gives: MOUNT_METRICS,
  // -k: only the kernel's table, no /etc/fstab; -l: a list, not a tree; -v: no [/root] behind the source.
  requests: () => [{ kind: 'run', argv: ['findmnt', '-k', '-J', '-l', '-v', '-o', COLUMNS], at: 'end' }],
  parse: ([look]) => {
    const json = parseJson(look?.text ?? '')
    const list = isObject(json) ? json['filesystems'] : undefined
    if (!Array.isArray(list)) return unavailable('not understood', 'findmnt printed no JSON list "filesystems"')
    const mounts = list.flatMap(mountOf)
    return mounts.length > 0
      ? mountReading(mounts)
      : unavailable('not understood', 'findmnt listed no mount with both kinds of options')
  },
}

function mountOf(entry: unknown): Mount[] {
  if (!isObject(entry)) return []
  const text = (key: string) => {
    const value = entry[key]
    return typeof value === 'string' ? value : undefined
  }
  const [path, type, device] = ['target', 'fstype', 'maj:min'].map(text)
  const options = text('vfs-options')
  const superOptions = text('fs-options')
  if (path === undefined || type === undefined || device === undefined) return []
  if (options === undefined || superOptions === undefined) return []
  return [
    {
      path,
      type,
      device,
      source: text('source') ?? '',
      root: text('fsroot') ?? '/',
      options: options.split(','),
      superOptions: superOptions.split(','),
    },
  ]
}
