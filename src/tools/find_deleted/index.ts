// find over the descriptors and mappings of all processes, and stat of those whose file is deleted → space that no name leads to, per filesystem and process.
//   /proc/4242/fd/7 54525952 512 1794         blocks in use and their size are 106496 and 512; 1794 is the device, 7:2
//   /proc/4250/map_files/7f20c000-7f40c000 4096 512 1794 12 regular file        mapped, and no descriptor need be open
//   27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw            mountinfo: which mount that device is
//   /proc/4242/comm:app                                               the names of the processes
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { findRequest, pair, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'
import { mountinfo, type Mount } from '../proc_mounts/mounts.ts'

const TABLE = '/proc/self/mountinfo'
const MOST_INSTANCES = 16
/** Memory that looks like a deleted file. */
const NOT_ON_DISK = ['/memfd:*', '/dev/*', '/SYSV*'].flatMap((name) => ['!', '-lname', name])
const ARGUMENTS = [
  // Links of map_files are followed by root only: the mappings of others stay unseen, as their descriptors do.
  underProcesses('/(fd|map_files|comm)(/[0-9a-f-]+)?'),
  // stat follows the link to the file itself, and only where it is deleted: a look at a dead file server would hang.
  ['-o', '-type', 'l', '-lname', '/* (deleted)', ...NOT_ON_DISK],
  ['-exec', 'stat', '-L', '-c', '%n %b %B %d %i %F', '{}', '+'],
  ['-o', '-name', 'comm', '-exec', 'grep', '-H', '^', '{}', '+'],
].flat()

interface Held {
  readonly pid: string
  readonly bytes: number
  readonly mount: Mount
  readonly inode: string
}

export const source: Source = {
  id: 'find_deleted',
  tier: 'run',
  tool: 'find',
  asks: 'Which process holds deleted files, open or mapped, and how much space do they take?',
  gives: ['mount.deleted_bytes', 'process.deleted_bytes', 'process.deleted_on'],
  requests: (_window, context) =>
    tooManyProcesses('descriptors are not listed', 'lsof +L1', context) ?? [
      { kind: 'read', paths: [TABLE], at: 'start' },
      findRequest(ARGUMENTS),
    ],
  parse: (looks) => {
    const text = looks.find((look) => look.argv !== undefined)?.text ?? ''
    const mounts = mountinfo(looks.map((look) => files(look.text).get(TABLE) ?? '').join(''))
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const lines = text.split('\n')
    const names = new Map(lines.flatMap((line) => pair(/^\/proc\/(\d+)\/comm:(.*)$/.exec(line))))
    if (names.size === 0) return unavailable('not understood', 'find and grep printed no name of a process')
    const held = lines.flatMap((line) => heldOf(line, mounts) ?? [])
    const devices = new Set(held.map((one) => one.mount.device))
    const measured = mounts.filter((one, i) => mounts.findIndex((two) => two.device === one.device) === i)
    return {
      instances: [
        ...measured.filter(onDisk).map((mount) => {
          const own = devices.has(mount.device) ? held.filter((one) => one.mount.device === mount.device) : []
          return byMount(mount, own)
        }),
        ...byProcess(held, names),
      ],
    }
  },
}

/** Memory files and shared memory are deleted by habit; they take no disk. */
function onDisk({ type }: Mount): boolean {
  return /^(?:ext[234]|xfs|btrfs|f2fs|jfs|nilfs2|bcachefs|zfs|vfat|exfat|ntfs3?|fuseblk|ocfs2|gfs2)$/.test(type)
}

function heldOf(line: string, mounts: readonly Mount[]): Held | undefined {
  const [, pid = '', blocks, size, device, inode = ''] =
    /^\/proc\/(\d+)\/(?:fd\/\d+|map_files\/[\da-f-]+) (\d+) (\d+) (\d+) (\d+) regular/.exec(line) ?? []
  if (device === undefined) return undefined
  const number = `${major(Number(device))}:${minor(Number(device))}`
  const own = mounts.filter((one) => one.device === number && onDisk(one))
  const mount = own.toSorted((a, b) => a.path.length - b.path.length)[0]
  return mount && { pid, bytes: Number(blocks) * Number(size), mount, inode }
}

/** Of a 64-bit device number: 12 bits of major above 8 of minor, the rest of both further up. */
function major(device: number): number {
  return (Math.floor(device / 2 ** 8) % 2 ** 12) + Math.floor(device / 2 ** 44) * 2 ** 12
}

function minor(device: number): number {
  return (device % 2 ** 8) + (Math.floor(device / 2 ** 20) % 2 ** 24) * 2 ** 8
}

/** Several descriptors and mappings of one file hold its space once. */
function total(held: readonly Held[]): number {
  const files = new Map(held.map((one) => [`${one.mount.device} ${one.inode}`, one.bytes]))
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0)
}

function byMount(mount: Mount, held: readonly Held[]): Instance {
  return {
    domain: 'mount',
    name: mount.path,
    labels: { mount: mount.path, device: mount.source, fstype: mount.type },
    values: { 'mount.deleted_bytes': total(held) },
  }
}

function byProcess(held: readonly Held[], names: ReadonlyMap<string, string>): Instance[] {
  const pids = [...new Set(held.map((one) => one.pid))]
  return pids
    .map((pid) => ({ pid, own: held.filter((one) => one.pid === pid) }))
    .toSorted((a, b) => total(b.own) - total(a.own))
    .slice(0, MOST_INSTANCES)
    .map(({ pid, own }) => ({
      domain: 'process',
      name: pid,
      labels: { pid, ...(names.has(pid) ? { comm: names.get(pid) ?? '' } : {}) },
      values: {
        'process.deleted_bytes': total(own),
        'process.deleted_on': [...new Set(own.map((one) => one.mount.path))].join(' '),
      },
    }))
}
