// /proc/self/mountinfo → filesystems that are read-only, and those that refuse writes although their mount allows them.
//   27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
//   46 29 254:16 / /srv rw,relatime - btrfs /dev/vdb ro,space_cache=v2
//   51 29 7:3 / /mnt/with\040space rw,relatime - ext4 /dev/loop3 rw,emergency_ro
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { mountinfo, mountReading, MOUNT_METRICS } from './mounts.ts'

const TABLE = '/proc/self/mountinfo'

export const source: Source = {
  id: 'proc_mounts',
  tier: 'read',
  asks: 'Did a filesystem stop accepting writes?',
  gives: MOUNT_METRICS,
  requests: () => [{ kind: 'read', paths: [TABLE], at: 'end' }],
  parse: ([look]) => {
    const mounts = mountinfo(files(look?.text ?? '').get(TABLE) ?? '')
    return mounts.length > 0 ? mountReading(mounts) : unavailable('not understood', `${TABLE} lists no mount`)
  },
}
