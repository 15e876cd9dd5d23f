// Samples of one process → its stat at each moment, and of each of its threads: state, CPU used, time waited for a CPU, wait channel.
import type { Observation } from '../../model/observation.ts'
import type { TargetProcess } from '../../model/target.ts'
import { files } from '../../parse/files.ts'
import { schedStat } from '../../parse/schedstat.ts'
import { taskStat, type TaskStat } from '../../parse/stat.ts'

export interface ThreadHistory {
  readonly tid: number
  readonly comm: string
  /** One for each sample; undefined where it was not there. */
  readonly stats: readonly (TaskStat | undefined)[]
  /** Nanoseconds on a CPU and waiting for one; undefined where schedstat is not there. */
  readonly ran: readonly (number | undefined)[]
  readonly waited: readonly (number | undefined)[]
  /** Kernel function it slept in; undefined while it ran, or where it may not be read. */
  readonly channels: readonly (string | undefined)[]
}

export interface History {
  readonly process: TargetProcess
  readonly comm: string
  readonly atMs: readonly number[]
  readonly stats: readonly (TaskStat | undefined)[]
  /** Bytes read from and written to storage so far. */
  readonly io: readonly (number | undefined)[]
  readonly threads: readonly ThreadHistory[]
  /** False where the threads were too many to be read: then there is the main thread only. */
  readonly allThreads: boolean
  /** Content of a file that was read at the end. */
  readonly end: (file: string) => string | undefined
}

export function historyOf(
  process: TargetProcess,
  samples: readonly Observation[],
  end: ReadonlyMap<string, string>,
): History | undefined {
  const root = `/proc/${process.pid}`
  const reads = samples.map((look) => files(look.text))
  const stats = reads.map((read) => sameStart(taskStat(read.get(`${root}/stat`)), process))
  const seen = stats.findLast((stat) => stat !== undefined)
  if (!seen) return undefined
  // The files of a later process with the same pid are not its own.
  const own = reads.map((read, i) => (stats[i] ? read : new Map<string, string>()))
  const tids = new Set(
    own.flatMap((read) =>
      [...read.keys()].flatMap((path) =>
        path.startsWith(`${root}/task/`) && path.endsWith('/stat') ? [Number(path.split('/')[4])] : [],
      ),
    ),
  )
  const threads =
    tids.size > 0
      ? [...tids].map((tid) => threadOf(tid, `${root}/task/${tid}`, own))
      : [threadOf(process.pid, root, own)]
  return {
    process,
    comm: seen.comm,
    atMs: samples.map((look) => look.atMs),
    stats,
    io: own.map((read) => ioOf(read.get(`${root}/io`))),
    threads: threads.flatMap((one) => one ?? []),
    allThreads: tids.size > 0 || seen.threads === 1,
    end: (file) => end.get(`${root}/${file}`),
  }
}

function threadOf(
  tid: number,
  folder: string,
  reads: readonly ReadonlyMap<string, string>[],
): ThreadHistory | undefined {
  const stats = reads.map((read) => taskStat(read.get(`${folder}/stat`)))
  const known = stats.findLast((stat) => stat !== undefined)
  if (!known) return undefined
  const times = reads.map((read) => schedStat(read.get(`${folder}/schedstat`)))
  return {
    tid,
    comm: known.comm,
    stats,
    ran: times.map((one) => one?.ran),
    waited: times.map((one) => one?.waited),
    channels: reads.map((read) => channelOf(read.get(`${folder}/wchan`))),
  }
}

function sameStart(stat: TaskStat | undefined, process: TargetProcess): TaskStat | undefined {
  return stat?.start === process.start && stat.state !== 'X' ? stat : undefined
}

/** 0: it runs, or its wait channel may not be seen. */
function channelOf(text: string | undefined): string | undefined {
  const name = text?.trim()
  return name !== undefined && /^[A-Za-z_]\S*$/.test(name) ? name : undefined
}

function ioOf(text: string | undefined): number | undefined {
  const read = /^read_bytes: (\d+)$/m.exec(text ?? '')?.[1]
  const written = /^write_bytes: (\d+)$/m.exec(text ?? '')?.[1]
  return read === undefined || written === undefined ? undefined : Number(read) + Number(written)
}
