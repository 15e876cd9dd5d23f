// find over the descriptors of the processes that hang, with where they sleep, and the mount table → the filesystem they wait to write to.
//   /proc/4242/fd/3 l-wx------ /srv/data/spool NUL        open for writing
//   /proc/4250/cwd lrwxrwxrwx /srv/data NUL               one that hangs as it opens a file: its folder, then its arguments
//   ==> /proc/4242/wchan <== percpu_rwsem_wait            (cmdline: python3 NUL /opt/report.py NUL /srv/data/out NUL)
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
          {
            kind: 'read',
            paths: [TABLE, ...pids.flatMap((pid) => [`/proc/${pid}/wchan`, `/proc/${pid}/cmdline`])],
            at: 'start',
          },
          {
            kind: 'run',
            argv: [
              'find',
              ...pids.flatMap((pid) => [`/proc/${pid}/fd`, `/proc/${pid}/cwd`]),
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
    const links = linksIn(looks.find((look) => look.argv !== undefined)?.text ?? '')
    // Nearly every program has something open on the root, whichever filesystem it hangs at: beside others it says nothing.
    const root = mounts.find(({ path }) => path === '/')
    const others = mounts.some(({ device, type }) => device !== root?.device && DISK.test(type))
    const writers = new Map<Mount, number>()
    for (const pid of hanging) {
      const own = links.filter((one) => one.pid === pid)
      const found = [
        own.filter(({ name }) => name !== 'cwd').map(({ path }) => path),
        own.filter(({ name }) => name === 'cwd').map(({ path }) => path),
        (read.get(`/proc/${pid}/cmdline`) ?? '').split('\0').map((word) => word.replace(/^[-\w]+=/, '')),
      ]
        .map((paths) => mountsOf(paths, mounts).filter(({ path }) => path !== '/' || !others))
        .find((some) => some.length > 0)
      for (const mount of found ?? []) writers.set(mount, (writers.get(mount) ?? 0) + 1)
    }
    return { instances: [...writers].map(([mount, pids]) => instance(mount, pids)) }
  },
}

function suspectsIn({ suspects = [] }: Context): readonly number[] {
  return suspects.map((one) => one.pid)
}

/** `/proc/4242/fd/3 l-wx------ /srv/data/spool` → whose link it is, which, and where it leads. */
function linksIn(text: string) {
  return text.split('\0').flatMap((line) => {
    const [, pid, name = '', path = ''] = /^\s*\/proc\/(\d+)\/(\S+) \S+ (\/.*)$/s.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), name, path }]
  })
}

function mountsOf(paths: readonly string[], mounts: readonly Mount[]): readonly Mount[] {
  const found = paths.flatMap((path) => (path.startsWith('/') ? (mountOf(path, mounts) ?? []) : []))
  return [...new Set(found)]
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
