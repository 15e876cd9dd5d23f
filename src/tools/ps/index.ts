// ps -eL at both ends of the window → threads in uninterruptible sleep, what they sleep in, and whose they are.
//   S     PID     LWP    PPID USER     NLWP WCHAN                            COMMAND
//   D    4242    4242       1 backup      1 folio_wait_bit_common            dd
//   S    4250    4263    4242 www        12 -                                a name (with) spaces
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'

/** Header → what is needed of it. ps prints the same header for a column in all versions; the order is ours. */
const HEADER = { state: 'S', pid: 'PID', thread: 'LWP', parent: 'PPID', channel: 'WCHAN', command: 'COMMAND' } as const
const MOST_CHANNELS = 4
const MOST_PROCESSES = 100

interface Thread {
  readonly state: string
  readonly pid: string
  readonly parent: string
  /** Undefined where the kernel does not tell. */
  readonly channel: string | undefined
  /** Name of the process: threads may have names of their own. */
  readonly comm: string
}

export const source: Source = {
  id: 'ps',
  tier: 'run',
  tool: 'ps',
  asks: 'In which kernel functions do the threads in uninterruptible sleep wait, and whose are they?',
  gives: ['task.blocked_threads', 'task.wait_channel', 'process.wait_channel', 'process.blocked_threads'],
  // No arguments of processes: reading them takes the lock of their memory, behind which a sick process can hold ps itself.
  requests: () => [
    { kind: 'run', argv: ['ps', '-eLo', 'state,pid,lwp,ppid,user,nlwp,wchan:32,comm', '-ww'], at: 'ends' },
  ],
  parse: (looks) => {
    const censuses = looks.map(census)
    const last = censuses.at(-1)
    if (last === undefined || censuses.some((threads) => threads === undefined))
      return unavailable('not understood', 'ps printed no table of states and wait channels')
    const blocked = censuses.map((threads) => (threads ?? []).filter(({ state }) => state === 'D'))
    const now = blocked.at(-1) ?? []
    const hidden = now.length > 0 && now.every(({ channel }) => channel === undefined)
    const why = hidden
      ? unavailable('not permitted', 'the kernel does not tell the wait channels of these threads', 'run as root')
      : unavailable('nothing to measure', 'no thread is in uninterruptible sleep')
    const ranked = channels(now)
    return {
      host: {
        'task.blocked_threads': blocked.map((threads) => threads.length),
        ...(ranked.length > 0 ? { 'task.wait_channel': named(ranked) } : {}),
      },
      instances: instances(blocked),
      missing: {
        ...(ranked.length > 0 ? {} : { 'task.wait_channel': why }),
        ...(hidden ? { 'process.wait_channel': why } : {}),
      },
    }
  },
}

/** Undefined when this is not the table that was asked for. */
function census(look: Observation): Thread[] | undefined {
  const [header = '', ...lines] = look.text.split('\n')
  const columns = header.trim().split(/\s+/)
  const at = (name: string) => columns.indexOf(name)
  if (Object.values(HEADER).some((name) => at(name) < 0) || at(HEADER.command) !== columns.length - 1) return undefined
  const before = columns.length - 1
  const row = new RegExp(`^\\s*${'(\\S+)\\s+'.repeat(before)}(.*)$`)
  const rows = lines.flatMap((line) => {
    const cells = row.exec(line)?.slice(1)
    return cells ? [(name: string) => cells[at(name)] ?? ''] : []
  })
  const names = new Map(
    rows.flatMap((cell) =>
      cell(HEADER.thread) === cell(HEADER.pid) ? [[cell(HEADER.pid), cell(HEADER.command).trim()] as const] : [],
    ),
  )
  const threads = rows.flatMap((cell) => {
    if (!/^[A-Z]$/i.test(cell(HEADER.state)) || !/^\d+$/.test(cell(HEADER.pid))) return []
    const channel = cell(HEADER.channel)
    return [
      {
        state: cell(HEADER.state),
        pid: cell(HEADER.pid),
        parent: cell(HEADER.parent),
        // '-' is a thread that runs, '?' one of which nothing is known, 0 what a kernel prints that hides the names.
        channel: /^[-?*0]$/.test(channel) ? undefined : channel,
        comm: names.get(cell(HEADER.pid)) ?? cell(HEADER.command).trim(),
      },
    ]
  })
  return threads.length > 0 ? threads : undefined
}

/** Wait channels of threads with how many sleep there, most first. */
function channels(threads: readonly Thread[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { channel } of threads) if (channel !== undefined) counts.set(channel, (counts.get(channel) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

/** `folio_wait_bit_common (3), io_schedule (1)` */
function named(ranked: readonly (readonly [string, number])[]): string {
  return ranked
    .slice(0, MOST_CHANNELS)
    .map(([channel, count]) => `${channel} (${count})`)
    .join(', ')
}

function instances(blocked: readonly (readonly Thread[])[]): Instance[] {
  const of = (pid: string) => blocked.map((threads) => threads.filter((thread) => thread.pid === pid))
  const seen = new Map(blocked.flat().map((thread) => [thread.pid, thread]))
  return [...seen.values()].slice(0, MOST_PROCESSES).map((thread) => {
    const threads = of(thread.pid)
    // It may have waited at one of the looks only.
    const channel = channels(threads.flat())[0]?.[0]
    return {
      domain: 'process',
      name: thread.pid,
      labels: { pid: thread.pid, comm: thread.comm, ppid: thread.parent },
      values: {
        'process.blocked_threads': threads.map((found) => found.length),
        ...(channel === undefined ? {} : { 'process.wait_channel': channel }),
      },
    }
  })
}
