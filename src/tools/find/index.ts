// find over /proc, which has wc count the lines of every maps and grep read the names → mappings, inotify instances and recorded events of each process.
//   1000 /proc/4242/fd/14                 user id and descriptor of an inotify instance
//   event /proc/4300/fd/9                 descriptor of a perf event
//   812 /proc/4242/maps                   lines of the file: mappings
//   /proc/4242/comm:nginx                 its name
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { findRequest, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'
import { defined } from '../../parse/table.ts'

/**
 * A process that holds the lock of its memory for long stops whoever reads its maps: so this is a child of its own, which can be killed,
 * and not a reader.
 */
const MOST_PROCESSES = 60
const MAPS = 'process.maps'
const EVENTS = 'process.event_files'
const SEEN = 'inotify.instances_seen'
const INOTIFY = ['inotify.instances', 'inotify.user'] as const
const FILES = ['process.inotify_instances', EVENTS, SEEN, ...INOTIFY] as const

/** Two thirds of the time go into the mappings: they are counted only where somebody asks for them. */
function findArguments(withMaps: boolean): readonly string[] {
  return [
    underProcesses(`/(fd|${withMaps ? 'maps|' : ''}comm)(/[0-9]+)?`),
    ['-o', '-path', '*/fd/*', '-lname', 'anon_inode:inotify', '-printf', '%U %p\\n'],
    ['-o', '-path', '*/fd/*', '-lname', 'anon_inode:\\[perf_event\\]', '-printf', 'event %p\\n'],
    withMaps ? ['-o', '-name', 'maps', '-exec', 'wc', '-l', '{}', '+'] : [],
    // Each line of a name has its file before it: a name with a line feed in it forges nothing.
    ['-o', '-name', 'comm', '-exec', 'grep', '-H', '^', '{}', '+'],
  ].flat()
}

export const source: Source = {
  id: 'find',
  tier: 'run',
  tool: 'find',
  asks: 'How many memory mappings and inotify instances does each process have, and does it record events?',
  gives: [MAPS, ...FILES],
  requests: (_window, context, wanted) =>
    tooManyProcesses('mappings and inotify instances are not counted', 'wc -l /proc/PID/maps', context) ?? [
      findRequest(findArguments(wanted === undefined || wanted.has(MAPS))),
    ],
  parse: ([look], { context }) => {
    const lines = (look?.text ?? '').split('\n')
    const counts = {
      maps: new Map<string, number>(),
      watchers: new Map<string, number>(),
      events: new Map<string, number>(),
    }
    const users = new Map<string, number>()
    const names = new Map(
      lines.flatMap((line) => {
        const [, pid, name] = /^\/proc\/(\d+)\/comm:(.*)$/.exec(line) ?? []
        return pid === undefined || name === undefined ? [] : [[pid, name] as const]
      }),
    )
    const another = (of: Map<string, number>, key: string) => of.set(key, (of.get(key) ?? 0) + 1)
    for (const line of lines) {
      const [, first, pid, file] = /^\s*(\d+|event) \/proc\/(\d+)\/(maps|fd\/\d+)$/.exec(line) ?? []
      if (first === undefined || pid === undefined) continue
      if (file === 'maps') counts.maps.set(pid, Number(first))
      else if (first === 'event') another(counts.events, pid)
      else {
        another(counts.watchers, pid)
        another(users, first)
      }
    }
    if (names.size === 0 && counts.maps.size === 0)
      return unavailable('not understood', 'find and its helpers printed no name of a process and no count of its maps')
    const most = [...users].toSorted((a, b) => b[1] - a[1])[0]
    const shut = refusal(look?.stderr ?? '', context)
    const none = unavailable('nothing to measure', 'no inotify instance is open')
    return {
      host: {
        [SEEN]: most?.[1] ?? 0,
        // Another user may have more than those that could be seen.
        ...(shut.files ? {} : { 'inotify.instances': most?.[1] ?? 0 }),
        ...(most && !shut.files ? { 'inotify.user': `uid ${most[0]}` } : {}),
      },
      instances: instances(counts, names),
      missing: {
        ...(counts.maps.size > 0 ? {} : { [MAPS]: unavailable('not measured', 'no count of mappings was printed') }),
        ...(shut.maps ? { [MAPS]: shut.maps } : {}),
        ...(shut.files
          ? Object.fromEntries([...INOTIFY, 'process.inotify_instances', EVENTS].map((id) => [id, shut.files ?? none]))
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

interface Counts {
  readonly maps: ReadonlyMap<string, number>
  readonly watchers: ReadonlyMap<string, number>
  readonly events: ReadonlyMap<string, number>
}

/** The largest: kernel threads have no mappings. */
function instances({ maps, watchers, events }: Counts, names: ReadonlyMap<string, string>): Instance[] {
  const largest = [...maps]
    .filter(([, count]) => count > 0)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_PROCESSES)
  const pids = new Set([...events.keys(), ...watchers.keys(), ...largest.map(([pid]) => pid)])
  return [...pids].slice(0, 2 * MOST_PROCESSES).map((pid) => ({
    domain: 'process',
    name: pid,
    labels: { pid, ...(names.has(pid) ? { comm: names.get(pid) ?? '' } : {}) },
    values: {
      ...(maps.has(pid) ? { [MAPS]: maps.get(pid) ?? 0 } : {}),
      'process.inotify_instances': watchers.get(pid) ?? 0,
      ...(events.has(pid) ? { [EVENTS]: events.get(pid) ?? 0 } : {}),
    },
  }))
}
