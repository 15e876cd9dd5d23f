// /proc/sysvipc/shm at both ends of the window → memory in shared memory segments of System V that no process has attached, and in locked ones.
//   key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
//     0 98304   600 134217728 24492 24492 0 0 0 0 0 1796020428 1796020428 1796020427 134217728 0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { bytesOf, locked, notRead, segmentsIn, TABLE, unattached, type Segment } from './segments.ts'

const NOBODY = unavailable('nothing to measure', 'every segment of shared memory is attached by a process')

export const source: Source = {
  id: 'proc_shm',
  tier: 'read',
  asks: 'How much memory is in shared memory segments that no process has attached, or that are locked?',
  gives: [
    'memory.shm_unattached',
    'memory.shm_unattached_segments',
    'memory.shm_unattached_owner',
    'memory.shm_segments',
    'memory.shm_locked',
  ],
  requests: () => [{ kind: 'read', paths: [TABLE], at: 'ends' }],
  parse: (looks) => {
    const texts = looks.flatMap((look) => files(look.text).get(TABLE) ?? [])
    if (texts.length === 0) return notRead(looks)
    const tables = texts.map(segmentsIn)
    const read = tables.flatMap((one) => (one ? [one] : []))
    const last = read.at(-1)
    if (!last || read.length < tables.length)
      return unavailable('not understood', `${TABLE} has another form than known`)
    const left = unattached(last)
    return {
      host: {
        'memory.shm_unattached': read.map((one) => bytesOf(unattached(one))),
        'memory.shm_segments': bytesOf(last),
        'memory.shm_locked': read.map((one) => bytesOf(locked(one))),
        'memory.shm_unattached_segments': left.length,
        ...(left.length > 0 ? { 'memory.shm_unattached_owner': ownerOf(left) } : {}),
      },
      missing: left.length > 0 ? {} : { 'memory.shm_unattached_owner': NOBODY },
    }
  },
}

/** Segments outlive who made them: the user stays, and the pid is a name for the logs. */
function ownerOf(segments: readonly Segment[]): string {
  const held = new Map<string, number>()
  for (const { uid, creator, bytes } of segments) {
    const name = `uid ${uid}, created by pid ${creator}`
    held.set(name, (held.get(name) ?? 0) + bytes)
  }
  return [...held].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}
