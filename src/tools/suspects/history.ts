// Samples of one suspect → each of its threads at each moment, and its counters at both ends.
//   Cpus_allowed:	3
//   voluntary_ctxt_switches:	99
//   nonvoluntary_ctxt_switches:	45
import type { Suspect } from '../../model/context.ts'
import { keyed } from '../../parse/files.ts'
import { schedStat } from '../../parse/schedstat.ts'
import { taskStat, type TaskStat } from '../../parse/stat.ts'
import { waitCall, type WaitCall } from '../../parse/wait-call.ts'
import { field } from '../context/text.ts'

export interface Sample {
  readonly atMs: number
  readonly files: ReadonlyMap<string, string>
}

export interface ThreadSample {
  readonly stat: TaskStat
  /** Nanoseconds on a CPU and waiting for one. */
  readonly ran: number | undefined
  readonly waited: number | undefined
  /** Kernel function it sleeps in; undefined while it runs or where it may not be read. */
  readonly channel: string | undefined
  /** Undefined where it may not be read; null where it waits in no futex. */
  readonly call: WaitCall | null | undefined
}

export interface Thread {
  readonly tid: number
  readonly samples: readonly (ThreadSample | undefined)[]
  readonly cpusAllowed: number | undefined
  /** Increase over the window. */
  readonly voluntary: number | undefined
  readonly involuntary: number | undefined
}

export interface SuspectHistory {
  readonly suspect: Suspect
  readonly atMs: readonly number[]
  readonly threads: readonly Thread[]
  readonly io: readonly ReadonlyMap<string, number>[]
}

export function suspectHistory(
  suspect: Suspect,
  samples: readonly Sample[],
  ends: readonly Sample[],
): SuspectHistory | undefined {
  const root = `/proc/${suspect.pid}`
  const tids = new Set(
    samples.flatMap(({ files }) =>
      [...files.keys()].flatMap((path) =>
        path.startsWith(`${root}/task/`) && path.endsWith('/stat') ? [Number(path.split('/')[4])] : [],
      ),
    ),
  )
  const main = samples.map(({ files }) => taskStat(files.get(`${root}/task/${suspect.pid}/stat`)))
  // The pid may be another process by now: the name it stood out with must still be its own.
  if (tids.size === 0 || main.some((stat) => stat && stat.comm !== suspect.comm && stat.start !== main[0]?.start))
    return undefined
  const threads = [...tids].map((tid) => threadOf(tid, `${root}/task/${tid}`, samples, ends))
  if (!threads.some((thread) => thread.samples.some((sample) => sample))) return undefined
  return {
    suspect,
    atMs: samples.map(({ atMs }) => atMs),
    threads,
    io: samples.map(({ files }) => keyed(files.get(`${root}/io`) ?? '')),
  }
}

function threadOf(tid: number, folder: string, samples: readonly Sample[], ends: readonly Sample[]): Thread {
  const status = ends.map(({ files }) => files.get(`${folder}/status`))
  const last = status.findLast((text) => text !== undefined)
  const grown = (name: string) => {
    const [first, second] = [status[0], status.at(-1)].map((text) => keyed(text ?? '').get(name))
    return ends.length > 1 && first !== undefined && second !== undefined && second >= first
      ? second - first
      : undefined
  }
  return {
    tid,
    samples: samples.map(({ files }) => sampleOf(folder, files)),
    cpusAllowed: cpusIn(field(last, 'Cpus_allowed')),
    voluntary: grown('voluntary_ctxt_switches'),
    involuntary: grown('nonvoluntary_ctxt_switches'),
  }
}

function sampleOf(folder: string, files: ReadonlyMap<string, string>): ThreadSample | undefined {
  const stat = taskStat(files.get(`${folder}/stat`))
  if (!stat) return undefined
  const times = schedStat(files.get(`${folder}/schedstat`))
  const channel = files.get(`${folder}/wchan`)?.trim()
  const call = files.get(`${folder}/syscall`)
  return {
    stat,
    ran: times?.ran,
    waited: times?.waited,
    channel: channel !== undefined && /^[A-Za-z_]\S*$/.test(channel) ? channel : undefined,
    call: call === undefined ? undefined : (waitCall(call) ?? null),
  }
}

/** `ff,ffffffff` → 40. */
export function cpusIn(mask: string | undefined): number | undefined {
  if (mask === undefined || !/^[0-9a-f]+(,[0-9a-f]+)*$/.test(mask)) return undefined
  const bits = Array.from(mask.replaceAll(',', '')).reduce(
    (sum, digit) => sum + parseInt(digit, 16).toString(2).replaceAll('0', '').length,
    0,
  )
  return bits > 0 ? bits : undefined
}
