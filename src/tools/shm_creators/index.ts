// /proc/sysvipc/shm and the processes that run → which of them made the segments that nobody has attached, and those that are locked.
//   0 98304 600 134217728 24492 24492 0 …            24492 created it, and no process has it attached
//   24492 (report) S 1 … NUL LF                      and that one still runs (scan)
//   btime 1795978408                                 when the host was booted (/proc/stat)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { bytesOf, locked, notRead, segmentsIn, TABLE, unattached, type Segment } from '../proc_shm/segments.ts'

const STAT = '/proc/stat'
/** The clock of the segments has whole seconds, and was perhaps set since the boot. */
const DOUBT_SECONDS = 2

/** A look at all processes: only where much memory is in such segments. */
export const source: Source = {
  id: 'shm_creators',
  tier: 'read',
  asks: 'Which process makes shared memory segments and leaves them to nobody, or has them locked?',
  gives: ['memory.shm_of_living', 'process.shm_unattached', 'process.shm_locked'],
  requests: () => [
    { kind: 'scan', files: [], at: 'end' },
    { kind: 'read', paths: [TABLE, STAT], at: 'end' },
  ],
  parse: (looks, { context }) => {
    const read = new Map(looks.flatMap((look) => [...files(look.text)]))
    const table = read.get(TABLE)
    if (table === undefined) return notRead(looks)
    const segments = segmentsIn(table)
    const processes = looks.filter((look) => !look.text.startsWith('==> ')).flatMap((look) => scan(look.text, 0))
    if (!segments || processes.length === 0)
      return unavailable('not understood', `${TABLE} or the list of processes is not as expected`)
    const booted = Number(/^btime (\d+)$/m.exec(read.get(STAT) ?? '')?.[1] ?? Number.NaN)
    const makers = new Map(processes.map((one) => [one.pid, one]))
    const living = segments.filter((one) => {
      const maker = makers.get(one.creator)
      return maker !== undefined && startedBefore(maker, one, booted, context.ticks)
    })
    const told = [...unattached(living), ...locked(living)]
    return {
      host: { 'memory.shm_of_living': bytesOf(unattached(living)) },
      instances: [...new Set(told.map(({ creator }) => creator))].map((pid) =>
        instance(
          pid,
          makers.get(pid)?.comm,
          living.filter(({ creator }) => creator === pid),
        ),
      ),
    }
  },
}

/** The number of a process that ended is given to another one: who started after the segment was made did not make it. */
function startedBefore({ start }: ProcessRecord, { changed }: Segment, booted: number, ticks: number): boolean {
  return !Number.isFinite(booted) || booted + start / ticks <= changed + DOUBT_SECONDS
}

function instance(pid: number, comm: string | undefined, own: readonly Segment[]): Instance {
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), ...(comm === undefined ? {} : { comm }) },
    values: { 'process.shm_unattached': bytesOf(unattached(own)), 'process.shm_locked': bytesOf(locked(own)) },
  }
}
