// Wait channel and schedstat of every process at both ends of the window → processes that stood in one place and did not run once.
//   4242 (cat) S 4100 … NUL anon_pipe_write NUL 20124000 88100 35 LF NUL LF      wchan, then ns on a CPU, ns waiting, times it ran
//   4250 (head) D 4100 … NUL request_wait_answer NUL 900100 0 4 LF NUL LF
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isKernelThread, scan, type ProcessRecord } from '../../parse/scan.ts'
import { schedStat } from '../../parse/schedstat.ts'
import { channelOf, processInstance, waitOf, type Wait } from './waits.ts'

const MOST_INSTANCES = 32
const COUNTS: Readonly<Record<Wait, string>> = {
  pipe: 'task.stuck_pipe',
  socket: 'task.stuck_socket',
  queue: 'task.stuck_queue',
  posix_queue: 'task.stuck_posix_queue',
  server: 'task.stuck_server',
  freeze: 'task.stuck_freeze',
}

interface Stuck {
  readonly process: ProcessRecord
  readonly channel: string
  readonly wait: Wait
}

export const source: Source = {
  id: 'proc_stuck',
  tier: 'read',
  asks: 'Does a process stand still in a write nobody reads, or in a question no server answers?',
  gives: [...Object.values(COUNTS), 'process.stuck', 'process.stuck_channel'],
  requests: () => [{ kind: 'scan', files: ['wchan', 'schedstat'], at: 'ends' }],
  parse: (looks) => {
    if (looks.some((look) => look.outcome === 'truncated'))
      return unavailable('not measured', 'there are more processes than can be read in one look')
    const [first = [], ...more] = looks.map((look) => scan(look.text, 2).filter((one) => !isKernelThread(one)))
    const last = more.at(-1)
    if (!last) return unavailable('not measured', 'the processes were looked at only once')
    if (last.length === 0) return unavailable('not understood', 'no record of /proc/PID/stat, wchan and schedstat')
    // One's own processes are always shown: where most others are not, nothing is known.
    const asleep = last.filter((one) => one.state === 'S' || one.state === 'D')
    if (2 * asleep.filter((one) => channelOf(one) !== undefined).length <= asleep.length)
      return unavailable('not permitted', 'where other users’ processes sleep is not shown', 'run as root')
    if (!last.some((one) => turns(one) !== undefined))
      return unavailable('not supported', 'this kernel does not count how often a process ran (schedstat)')
    const before = new Map(first.map((one) => [one.pid, one]))
    const stuck = last.flatMap((one) => stuckOf(one, before.get(one.pid)) ?? [])
    const counts = Object.entries(COUNTS).map(([wait, id]) => [id, stuck.filter((one) => one.wait === wait).length])
    // Who waits at a POSIX queue may idle there: it is counted, for a closer look, and not named.
    const named = stuck.filter((one) => one.wait !== 'posix_queue')
    return { host: Object.fromEntries(counts), instances: named.slice(0, MOST_INSTANCES).map(instance) }
  },
}

function stuckOf(now: ProcessRecord, before: ProcessRecord | undefined): Stuck | undefined {
  const channel = channelOf(now)
  const wait = waitOf(channel)
  if (!wait || channel === undefined || !before || before.start !== now.start) return undefined
  // A writer that is woken for each page its reader takes has run: it gets on, however slowly.
  const still = channelOf(before) === channel && turns(now) !== undefined && turns(before) === turns(now)
  return still ? { process: now, channel, wait } : undefined
}

function instance({ process, channel }: Stuck): Instance {
  return processInstance(process, { 'process.stuck': 1, 'process.stuck_channel': channel })
}

function turns({ files }: ProcessRecord): number | undefined {
  return schedStat(files[1])?.turns
}
