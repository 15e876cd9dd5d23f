// pid:N and comm:NAME, or pids found otherwise → the processes: name, start, threads, tracer, control groups.
//   /proc/4242/stat     4242 (nginx) S 1 4242 …
//   /proc/4242/status   Name: nginx, Tgid: 4242, FDSize: 64, TracerPid: 0, Threads: 1
//   /proc/4242/cgroup   0::/system.slice/nginx.service
import type { Observation } from '../../model/observation.ts'
import type { ReadRequest, Request } from '../../model/source.ts'
import type { Target, TargetProcess } from '../../model/target.ts'
import { files } from '../../parse/files.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { taskStat } from '../../parse/stat.ts'
import { field } from '../context/text.ts'
import { placesOf } from './places.ts'
import { notFound, type Seeking } from './resolve.ts'

/** Each is looked at with all its threads. */
export const MOST_PROCESSES = 16
/** The kernel keeps this much of a name. */
const COMM_LENGTH = 15

export const everyProcess: Request = { kind: 'scan', files: [], at: 'start' }

export function pidRound(seeking: Seeking): readonly Request[] | Target {
  const pid = Number(seeking.name)
  const first = seeking.rounds[0]
  if (first === undefined) return [details([pid])]
  const status = statusOf(first, pid)
  const group = Number(field(status, 'Tgid') ?? pid)
  // /proc/TID is there for a thread too, though no list shows it.
  if (status !== undefined && group !== pid && seeking.rounds.length === 1) return [details([group])]
  const found = withDetails(seeking.rounds.at(-1) ?? [], [group])
  if (found.length === 0)
    return notFound(
      seeking,
      'process',
      `there is no process ${pid}`,
      'find its pid with pgrep NAME, or name it with comm:NAME',
    )
  return processTarget(seeking, seeking.rounds.at(-1) ?? [], found, found.length)
}

export function commRound(seeking: Seeking): readonly Request[] | Target {
  const [first, second] = seeking.rounds
  if (first === undefined) return [everyProcess]
  const name = seeking.name.slice(0, COMM_LENGTH)
  const named = recordsOf(first).filter((one) => one.comm === name && !seeking.own.includes(one.pid))
  if (second === undefined && named.length > 0) return [details(chosen(named))]
  const found = withDetails(second ?? [], chosen(named))
  if (found.length === 0)
    return notFound(seeking, 'process', `no process is called ${name}`, 'names are matched whole: see ps -eo comm')
  return processTarget(seeking, second ?? [], found, named.length)
}

/** What does not move first: it is what somebody complains about; then who worked most since it started. */
export function chosen(records: readonly ProcessRecord[]): number[] {
  const order = (one: ProcessRecord) => (/[TtD]/.test(one.state) ? Infinity : one.user + one.system)
  const sorted = [...records].sort((a, b) => (order(b) === order(a) ? a.pid - b.pid : order(b) - order(a)))
  return sorted.slice(0, MOST_PROCESSES).map((one) => one.pid)
}

export function recordsOf(looks: readonly Observation[]): ProcessRecord[] {
  return looks.filter(isScan).flatMap((look) => scan(look.text, 0))
}

/** Files come framed; records of a scan begin with a pid. */
export function isScan(look: Observation): boolean {
  return look.argv === undefined && !look.text.startsWith('==> ')
}

export function details(pids: readonly number[]): ReadRequest {
  const few = pids.slice(0, MOST_PROCESSES)
  return {
    kind: 'read',
    paths: few.flatMap((pid) => ['stat', 'status', 'cgroup'].map((file) => `/proc/${pid}/${file}`)),
    at: 'start',
  }
}

export function withDetails(looks: readonly Observation[], pids: readonly number[]): TargetProcess[] {
  const read = new Map(looks.flatMap((look) => [...files(look.text)]))
  return pids.flatMap((pid) => {
    const stat = taskStat(read.get(`/proc/${pid}/stat`))
    if (!stat) return []
    const status = read.get(`/proc/${pid}/status`)
    const descriptors = whole(field(status, 'FDSize'))
    const tracer = whole(field(status, 'TracerPid'))
    return [
      {
        pid,
        comm: stat.comm,
        start: stat.start,
        threads: stat.threads,
        ...(descriptors === undefined ? {} : { descriptors }),
        ...(tracer === undefined || tracer === 0 ? {} : { tracer }),
      },
    ]
  })
}

export function processTarget(
  { text, name }: Seeking,
  looks: readonly Observation[],
  processes: readonly TargetProcess[],
  total: number,
): Target {
  return {
    text,
    kind: 'process',
    name: nameOf(processes, total, name),
    processes,
    total,
    groups: groupsIn(looks, processes),
  }
}

export function groupsIn(looks: readonly Observation[], processes: readonly TargetProcess[]) {
  const read = new Map(looks.flatMap((look) => [...files(look.text)]))
  return placesOf(processes.flatMap(({ pid }) => read.get(`/proc/${pid}/cgroup`) ?? []))
}

export function nameOf(processes: readonly TargetProcess[], total: number, name: string): string {
  const first = processes[0]
  if (total === 1 && first) return `${first.comm} (pid ${first.pid})`
  return `${total} processes ${name}`
}

function statusOf(looks: readonly Observation[], pid: number): string | undefined {
  return looks.map((look) => files(look.text).get(`/proc/${pid}/status`)).find((text) => text !== undefined)
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
