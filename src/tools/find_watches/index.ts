// find over the descriptors of all processes, which has grep count the watches of each inotify instance → watches of each process and of the user with most.
//   /proc/4242/fd/18 8192                 descriptor of an inotify instance, lines `inotify wd:` of its fdinfo
//   /proc/4242/status:Name: node          the names of the processes
//   /proc/4242/status:Uid: 0 1000 0 1000  and their users: the second is in force; files of /proc of a daemon may belong to root
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { findRequest, pair, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'

const MOST_INSTANCES = 16
/** 6 us and 0.1 KiB of kernel memory for each watch (measured), while the program can add none: runbooks ask only where the limit is below 200,000. */
const GRACE_MS = 5000
const ARGUMENTS = [
  underProcesses('/(fd|status)(/[0-9]+)?'),
  ['-o', '-path', '*/fd/*', '-lname', 'anon_inode:inotify', '-printf', '%p '],
  // It runs in /proc/PID/fd, and {} is ./N. One grep for each instance: most hosts have a few dozen.
  ['-execdir', 'grep', '-c', '^inotify wd:', '../fdinfo/{}', ';', '-o'],
  // grep ends with 1 when it counts none: what it printed is there all the same.
  ['-name', 'status', '-exec', 'grep', '-HE', '^(Name|Uid):', '{}', '+'],
].flat()

interface Watching {
  readonly user: string
  readonly pid: string
  readonly watches: number
}

export const source: Source = {
  id: 'find_watches',
  tier: 'run',
  tool: 'find',
  asks: 'Which user and which process watch so many files with inotify?',
  gives: ['inotify.watches', 'inotify.watches_seen', 'inotify.watches_user', 'process.inotify_watches'],
  requests: (_window, context) =>
    tooManyProcesses('inotify watches are not counted', "grep -c '^inotify wd:' /proc/PID/fdinfo/*", context) ?? [
      { ...findRequest(ARGUMENTS), graceMs: GRACE_MS },
    ],
  parse: ([look]) => {
    const lines = (look?.text ?? '').split('\n')
    const names = new Map(lines.flatMap((line) => pair(/^\/proc\/(\d+)\/status:Name:\t(.*)$/.exec(line))))
    const owners = new Map(lines.flatMap((line) => pair(/^\/proc\/(\d+)\/status:Uid:\t\d+\t(\d+)\t/.exec(line))))
    if (owners.size === 0) return unavailable('not understood', 'find and grep printed no user of a process')
    const found = lines.flatMap((line) => watching(line, owners) ?? [])
    const users = added(found, ({ user }) => user)
    const most = [...users].toSorted((a, b) => b[1] - a[1])[0]
    const shut = /\/proc\/(\d+)\/fd\b.*Permission denied/.exec(look?.stderr ?? '')
    const why =
      shut && unavailable('not permitted', `process ${shut[1]} and perhaps others may not be looked into (fd)`)
    const none = unavailable('nothing to measure', 'no inotify instance is open')
    return {
      host: {
        'inotify.watches_seen': most?.[1] ?? 0,
        // Another user may have more than those that could be seen.
        ...(why ? {} : { 'inotify.watches': most?.[1] ?? 0 }),
        ...(most ? { 'inotify.watches_user': `uid ${most[0]}` } : {}),
      },
      instances: instances(found, names),
      missing: { ...(why ? { 'inotify.watches': why } : {}), ...(most ? {} : { 'inotify.watches_user': none }) },
    }
  },
}

/** An instance that was closed meanwhile has no number. */
function watching(line: string, owners: ReadonlyMap<string, string>): Watching | undefined {
  const [, pid = '', count] = /^\/proc\/(\d+)\/fd\/\d+ (\d+)$/.exec(line) ?? []
  const user = owners.get(pid)
  return user === undefined ? undefined : { user, pid, watches: Number(count) }
}

function added(found: readonly Watching[], keyOf: (one: Watching) => string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const one of found) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.watches)
  return sums
}

function instances(found: readonly Watching[], names: ReadonlyMap<string, string>): Instance[] {
  return [...added(found, ({ pid }) => pid)]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_INSTANCES)
    .map(([pid, watches]) => ({
      domain: 'process',
      name: pid,
      labels: { pid, ...(names.has(pid) ? { comm: names.get(pid) ?? '' } : {}) },
      values: { 'process.inotify_watches': watches },
    }))
}
