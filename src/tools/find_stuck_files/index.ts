// find over the descriptors of the processes that hang, with where they sleep, and the mount table → the filesystem they wait to write to.
//   /proc/4242/fd/3 l-wx------ /srv/data/spool NUL        open for writing
//   ==> /proc/4242/wchan <== percpu_rwsem_wait
//   51 29 7:3 / /srv/data rw,relatime - ext4 /dev/loop3 rw
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { mountinfo, type Mount } from '../proc_mounts/mounts.ts'
import { waitOf } from '../proc_stuck/waits.ts'

const TABLE = '/proc/self/mountinfo'
const DISK = /^(?:ext[234]|xfs|btrfs|f2fs|jfs|nilfs2|bcachefs|zfs)$/

export const source: Source = {
  id: 'find_stuck_files',
  tier: 'run',
  tool: 'find',
  asks: 'Which filesystem do the processes that hang want to write to?',
  gives: ['mount.stuck_writers'],
  requests: (_window, context) => {
    const pids = suspectsIn(context)
    return pids.length === 0
      ? unavailable('nothing to measure', 'no process stood out')
      : [
          { kind: 'read', paths: [TABLE, ...pids.map((pid) => `/proc/${pid}/wchan`)], at: 'start' },
          {
            kind: 'run',
            argv: [
              'find',
              ...pids.map((pid) => `/proc/${pid}/fd`),
              '-lname',
              '/*',
              '-perm',
              '-u+w',
              '-printf',
              '%p %M %l\\0',
            ],
            at: 'start',
            // A process that ended meanwhile makes it end with 1.
            accept: [1],
          },
        ]
  },
  parse: (looks, { context }) => {
    const read = new Map(looks.flatMap((look) => [...files(look.text)]))
    const mounts = mountinfo(read.get(TABLE) ?? '')
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const hanging = new Set(
      suspectsIn(context).filter((pid) => waitOf((read.get(`/proc/${pid}/wchan`) ?? '').trim()) === 'freeze'),
    )
    const writers = new Map<Mount, Set<number>>()
    for (const line of (looks.find((look) => look.argv !== undefined)?.text ?? '').split('\0')) {
      const [, pid, path = ''] = /^\s*\/proc\/(\d+)\/fd\/\d+ \S+ (\/.*)$/s.exec(line) ?? []
      const mount = pid !== undefined && hanging.has(Number(pid)) ? mountOf(path, mounts) : undefined
      if (mount) writers.set(mount, (writers.get(mount) ?? new Set<number>()).add(Number(pid)))
    }
    // Nearly every program has something open on the root, whichever filesystem it hangs at: beside others it says nothing.
    const root = mounts.find(({ path }) => path === '/')
    const others = mounts.some(({ device, type }) => device !== root?.device && DISK.test(type))
    const named = [...writers].filter(([mount]) => mount.path !== '/' || !others)
    return { instances: named.map(([mount, pids]) => instance(mount, pids.size)) }
  },
}

function suspectsIn({ suspects = [] }: Context): readonly number[] {
  return suspects.map((one) => one.pid)
}

/** The longest mount point above it; files of the kernel's own filesystems are not written. */
function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const above = mounts.filter(({ path: at }) => at === '/' || path === at || path.startsWith(`${at}/`))
  const mount = above.toSorted((a, b) => b.path.length - a.path.length)[0]
  return mount && DISK.test(mount.type) ? mount : undefined
}

function instance(mount: Mount, writers: number): Instance {
  return {
    domain: 'mount',
    name: mount.path,
    labels: { mount: mount.path, device: mount.source, fstype: mount.type },
    values: { 'mount.stuck_writers': writers },
  }
}
