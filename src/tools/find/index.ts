// find over /proc, which has wc count the lines of every maps and grep read the names → mappings of each process, inotify instances of each process and user.
//   1000 /proc/4242/fd/14                 user id and descriptor of an inotify instance
//   812 /proc/4242/maps                   lines of the file: mappings
//   /proc/4242/comm:nginx                 its name
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'

/**
 * 0.3 ms for each process (measured), and a process that holds the lock of its memory for long stops whoever reads its maps: so this is a
 * child of its own, which can be killed, and not a reader. Among thousands of processes it would cost more than a second.
 */
const MANY_PROCESSES = 1000
const MOST_PROCESSES = 60
const INOTIFY = ['process.inotify_instances', 'inotify.instances', 'inotify.user'] as const
const ARGUMENTS = [
  ['/proc', '-mindepth', '1', '-maxdepth', '3', '-regextype', 'posix-extended'],
  ['!', '-regex', '/proc/[0-9]+(/(fd|maps|comm)(/[0-9]+)?)?', '-prune'],
  ['-o', '-path', '*/fd/*', '-lname', 'anon_inode:inotify', '-printf', '%U %p\\n'],
  ['-o', '-name', 'maps', '-exec', 'wc', '-l', '{}', '+'],
  // Each line of a name has its file before it: a name with a line feed in it forges nothing.
  ['-o', '-name', 'comm', '-exec', 'grep', '-H', '^', '{}', '+'],
].flat()

export const source: Source = {
  id: 'find',
  tier: 'run',
  tool: 'find',
  asks: 'How many memory mappings and inotify instances does each process have?',
  gives: ['process.maps', ...INOTIFY],
  requests: (_window, context) =>
    context.processes > MANY_PROCESSES
      ? unavailable(
          'not measured',
          'among more than 1,000 processes mappings and inotify instances are not counted',
          'wc -l /proc/PID/maps',
        )
      : [
          {
            kind: 'run',
            argv: ['find', ...ARGUMENTS],
            at: 'start',
            // A process that ended meanwhile, or of another user, makes it end with 1.
            accept: [1],
          },
        ],
  parse: ([look], { context }) => {
    const lines = (look?.text ?? '').split('\n')
    const maps = new Map<string, number>()
    const watchers = new Map<string, number>()
    const users = new Map<string, number>()
    const names = new Map(
      lines.flatMap((line) => {
        const [, pid, name] = /^\/proc\/(\d+)\/comm:(.*)$/.exec(line) ?? []
        return pid === undefined || name === undefined ? [] : [[pid, name] as const]
      }),
    )
    for (const line of lines) {
      const [, number, pid, file] = /^\s*(\d+) \/proc\/(\d+)\/(maps|fd\/\d+)$/.exec(line) ?? []
      if (number === undefined || pid === undefined) continue
      if (file === 'maps') maps.set(pid, Number(number))
      else {
        watchers.set(pid, (watchers.get(pid) ?? 0) + 1)
        users.set(number, (users.get(number) ?? 0) + 1)
      }
    }
    if (maps.size === 0) return unavailable('not understood', 'find and wc printed no count of /proc/PID/maps')
    const most = [...users].toSorted((a, b) => b[1] - a[1])[0]
    const shut = refusal(look?.stderr ?? '', context)
    const none = unavailable('nothing to measure', 'no inotify instance is open')
    return {
      host: {
        // Another user may have more than those that could be seen.
        ...(shut.files ? {} : { 'inotify.instances': most?.[1] ?? 0 }),
        ...(most && !shut.files ? { 'inotify.user': `uid ${most[0]}` } : {}),
      },
      instances: instances(maps, watchers, names),
      missing: {
        ...(shut.maps ? { 'process.maps': shut.maps } : {}),
        ...(shut.files
          ? Object.fromEntries(INOTIFY.map((id) => [id, shut.files ?? none] as const))
          : most
            ? {}
            : { 'inotify.user': none }),
      },
    }
  },
}

/** Root without CAP_SYS_PTRACE, in a container, is refused as well: then the numbers of those processes stay unknown, not zero. */
function refusal(
  stderr: string,
  { privileges }: Context,
): { readonly maps?: Unavailable; readonly files?: Unavailable } {
  const why = (file: 'maps' | 'fd') => {
    const complaint = new RegExp(`/proc/(\\d+)/${file}\\b.*Permission denied`).exec(stderr)
    return complaint
      ? unavailable(
          'not permitted',
          `process ${complaint[1]} and perhaps others may not be looked into (${file})`,
          privileges.root ? 'run with CAP_SYS_PTRACE, outside of a container' : 'run as root',
        )
      : undefined
  }
  return defined({ maps: why('maps'), files: why('fd') })
}

/** The largest: kernel threads have no mappings. */
function instances(
  maps: ReadonlyMap<string, number>,
  watchers: ReadonlyMap<string, number>,
  names: ReadonlyMap<string, string>,
): Instance[] {
  const largest = [...maps]
    .filter(([, count]) => count > 0)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_PROCESSES)
  const pids = new Set([...largest.map(([pid]) => pid), ...watchers.keys()])
  return [...pids].slice(0, 2 * MOST_PROCESSES).map((pid) => ({
    domain: 'process',
    name: pid,
    labels: { pid, ...(names.has(pid) ? { comm: names.get(pid) ?? '' } : {}) },
    values: {
      ...(maps.has(pid) ? { 'process.maps': maps.get(pid) ?? 0 } : {}),
      'process.inotify_instances': watchers.get(pid) ?? 0,
    },
  }))
}
