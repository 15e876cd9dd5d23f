// Limits of the kernel for asynchronous I/O and inotify, and the entropy pool → how much of them is used.
//   /proc/sys/fs/aio-nr                              128
//   /proc/sys/fs/inotify/max_user_instances          128
//   /proc/sys/kernel/random/entropy_avail            256     always this since kernel 5.18
import type { Context } from '../../model/context.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const ENTROPY = '/proc/sys/kernel/random/entropy_avail'
const FILES: Readonly<Record<string, string>> = {
  'aio.used': '/proc/sys/fs/aio-nr',
  'aio.limit': '/proc/sys/fs/aio-max-nr',
  'inotify.instances_limit': '/proc/sys/fs/inotify/max_user_instances',
}
/** The first kernel of which the pool no longer runs empty; reads of /dev/random no longer block since 5.6. */
const NO_POOL = [5, 18] as const

export const source: Source = {
  id: 'sys_limits',
  tier: 'read',
  asks: 'Is the host short of asynchronous I/O contexts, inotify instances or entropy?',
  gives: ['aio.used', 'aio.limit', 'inotify.instances_limit', 'entropy.available'],
  requests: () => [{ kind: 'read', paths: [...Object.values(FILES), ENTROPY], at: 'ends' }],
  parse: (looks, { context }) => {
    const reads = looks.map((look) => files(look.text))
    const last = reads.at(-1)
    const level = (path: string) => whole(last?.get(path))
    const entropy = reads.map((read) => whole(read.get(ENTROPY)))
    const pool = hasPool(context)
    const host = {
      ...defined(Object.fromEntries(Object.entries(FILES).map(([metric, path]) => [metric, level(path)]))),
      ...(pool && entropy.length > 0 && entropy.every((value) => value !== undefined)
        ? { 'entropy.available': entropy }
        : {}),
    }
    const missing: Record<string, Unavailable> = { ...absent(looks.at(-1)?.text ?? '') }
    if (!pool)
      missing['entropy.available'] = unavailable(
        'nothing to measure',
        `kernel ${context.kernel} does not run out of entropy (since 5.18)`,
      )
    if (Object.keys(host).length === 0 && Object.keys(missing).every((id) => id === 'entropy.available'))
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

function hasPool({ kernel }: Context): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernel) ?? []
  if (major === undefined) return true
  return Number(major) < NO_POOL[0] || (Number(major) === NO_POOL[0] && Number(minor) < NO_POOL[1])
}

function whole(text: string | undefined): number | undefined {
  const value = number(text?.trim())
  return value !== undefined && value >= 0 && Number.isInteger(value) ? value : undefined
}
