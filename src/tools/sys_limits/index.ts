// Limits of the kernel for asynchronous I/O and inotify, and the entropy pool → how much of them is used.
//   /proc/sys/fs/aio-nr                              128
//   /proc/sys/fs/inotify/max_user_instances          128
//   /sys/kernel/slab/inotify_inode_mark/total_objects  612 N0=612     objects the kernel made room for: watches, perhaps others of their size
//   /proc/sys/kernel/random/entropy_avail            256     always this since kernel 5.18
import type { Context } from '../../model/context.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const ENTROPY = '/proc/sys/kernel/random/entropy_avail'
/** Root reads it. Kernels before 5.9 count the watches of each memory group elsewhere. */
const MARKS = '/sys/kernel/slab/inotify_inode_mark/total_objects'
const WATCHES = 'inotify.watches_bound'
const FIRST_COMPLETE = [5, 9] as const
const FILES: Readonly<Record<string, string>> = {
  'aio.used': '/proc/sys/fs/aio-nr',
  'aio.limit': '/proc/sys/fs/aio-max-nr',
  'inotify.instances_limit': '/proc/sys/fs/inotify/max_user_instances',
  'inotify.watches_limit': '/proc/sys/fs/inotify/max_user_watches',
}
/** The first kernel of which the pool no longer runs empty; reads of /dev/random no longer block since 5.6. */
const NO_POOL = [5, 18] as const

export const source: Source = {
  id: 'sys_limits',
  tier: 'read',
  asks: 'Is the host short of asynchronous I/O contexts, inotify instances, inotify watches or entropy?',
  gives: ['aio.used', 'aio.limit', 'inotify.instances_limit', 'inotify.watches_limit', WATCHES, 'entropy.available'],
  requests: () => [{ kind: 'read', paths: [...Object.values(FILES), MARKS, ENTROPY], at: 'ends' }],
  parse: (looks, { context }) => {
    const reads = looks.map((look) => files(look.text))
    const last = reads.at(-1)
    const level = (path: string) => whole(last?.get(path))
    const entropy = reads.map((read) => whole(read.get(ENTROPY)))
    const pool = before(context, NO_POOL)
    const marks = before(context, FIRST_COMPLETE) ? undefined : whole(/^\d+/.exec(last?.get(MARKS) ?? '')?.[0])
    const host = {
      ...defined(Object.fromEntries(Object.entries(FILES).map(([metric, path]) => [metric, level(path)]))),
      ...defined({ [WATCHES]: marks }),
      ...(pool && entropy.length > 0 && entropy.every((value) => value !== undefined)
        ? { 'entropy.available': entropy }
        : {}),
    }
    const missing: Record<string, Unavailable> = { ...absent(looks.at(-1)?.text ?? '') }
    if (marks === undefined) missing[WATCHES] = noMarks(looks.at(-1)?.text ?? '', context)
    if (!pool)
      missing['entropy.available'] = unavailable(
        'nothing to measure',
        `kernel ${context.kernel} does not run out of entropy (since 5.18)`,
      )
    if (
      Object.keys(host).length === 0 &&
      Object.keys(missing).every((id) => id === 'entropy.available' || id === WATCHES)
    )
      return unavailable('not understood', 'none of the limits in /proc/sys is a number')
    return { host, missing }
  },
}

/** Kernels are built without AIO or inotify: what is not there has no limit to reach. */
function absent(text: string): Record<string, Unavailable> {
  const codes = unreadable(text)
  return Object.fromEntries(
    Object.entries(FILES).flatMap(([metric, path]) =>
      codes.get(path) === 'ENOENT'
        ? [[metric, unavailable('nothing to measure', `this kernel has no ${path}`)] as const]
        : [],
    ),
  )
}

function noMarks(text: string, context: Context): Unavailable {
  const code = unreadable(text).get(MARKS)
  if (code === 'EACCES' || code === 'EPERM')
    return unavailable('not permitted', `${MARKS} may be read by root only`, 'run as root')
  return before(context, FIRST_COMPLETE)
    ? unavailable(
        'not supported',
        `kernel ${context.kernel} counts the watches of memory groups elsewhere (before 5.9)`,
      )
    : unavailable('not supported', `this kernel has no number in ${MARKS}`)
}

function before({ kernel }: Context, [first, second]: readonly [number, number]): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernel) ?? []
  if (major === undefined) return true
  return Number(major) < first || (Number(major) === first && Number(minor) < second)
}

function whole(text: string | undefined): number | undefined {
  const value = number(text?.trim())
  return value !== undefined && value >= 0 && Number.isInteger(value) ? value : undefined
}
