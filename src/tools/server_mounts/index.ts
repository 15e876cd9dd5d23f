// /proc/self/mountinfo and the requests each FUSE connection waits for → file systems that depend on a server, and which of them is waited for.
//   61 29 0:45 / /mnt/media rw,nosuid,nodev - fuse.sshfs media@host: rw,user_id=0
//   70 29 0:51 / /srv/home rw,relatime - nfs4 10.0.0.9:/home rw,vers=4.2
//   /sys/fs/fuse/connections/45/waiting    4             45 is the minor number of the device of the mount
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'
import { mountinfo, type Mount } from '../proc_mounts/mounts.ts'

const TABLE = '/proc/self/mountinfo'
const SERVED = /^(?:fuse|fuseblk|fuse\..+|nfs4?|cifs|smb3|ceph|9p|afs)$/
/** What belongs to the desktop or the container runtime and serves no data. */
const PSEUDO = /^fuse\.(?:lxcfs|portal|gvfsd-fuse)$/

export const source: Source = {
  id: 'server_mounts',
  tier: 'read',
  asks: 'Which mounted file system depends on a server that does not answer?',
  gives: ['mount.server_type', 'mount.server_requests', 'mount.server_alone'],
  requests: () => [{ kind: 'read', paths: [TABLE, '/sys/fs/fuse/connections/*/waiting'], at: 'start' }],
  parse: ([look]) => {
    const read = files(look?.text ?? '')
    const mounts = mountinfo(read.get(TABLE) ?? '')
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const served = filesystems(mounts.filter((one) => SERVED.test(one.type) && !PSEUDO.test(one.type)))
    if (served.length === 0)
      return unavailable('nothing to measure', 'no file system that depends on a server is mounted')
    const instances = served.map((mount) => instance(mount, served, read))
    const uncounted = unavailable(
      'not supported',
      'how many requests a FUSE server owes is shown only where fusectl is mounted, and for NFS not at all',
      'mount -t fusectl fusectl /sys/fs/fuse/connections',
    )
    return {
      instances,
      missing: instances.some((one) => 'mount.server_requests' in one.values)
        ? {}
        : { 'mount.server_requests': uncounted },
    }
  },
}

/** Its bind mounts would only repeat a file system. */
function filesystems(mounts: readonly Mount[]): Mount[] {
  const first = new Map<string, Mount>()
  for (const mount of mounts.toSorted((a, b) => a.path.length - b.path.length))
    if (!first.has(mount.device)) first.set(mount.device, mount)
  return [...first.values()]
}

function instance(mount: Mount, served: readonly Mount[], read: ReadonlyMap<string, string>): Instance {
  const [major, minor] = mount.device.split(':')
  // Connections are numbered by the minor number of anonymous devices, whose major is 0.
  const waiting = major === '0' ? number(read.get(`/sys/fs/fuse/connections/${minor}/waiting`)?.trim()) : undefined
  return {
    domain: 'mount',
    name: mount.path,
    labels: { mount: mount.path, device: mount.source, fstype: mount.type },
    values: defined({
      'mount.server_type': mount.type,
      'mount.server_requests': waiting,
      'mount.server_alone': Number(served.length === 1),
    }),
  }
}
