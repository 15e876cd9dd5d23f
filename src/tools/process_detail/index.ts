// /proc/PID/status and /proc/PID/cgroup of a few processes → names a culprit is reported with. Never the command line: it holds secrets.
//   Name:	nginx
//   State:	S (sleeping)
//   0::/system.slice/nginx.service
import type { Observation } from '../../model/observation.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { unitOf } from '../cgroups/names.ts'
import { field } from '../context/text.ts'

export const MOST_PROCESSES = 30

export interface ProcessDetail {
  readonly comm: string
  /** R, S, D, T, Z … */
  readonly state: string
  readonly uid?: number
  readonly threads?: number
  readonly cgroup?: string
  /** Its groups in all hierarchies, but for the roots: with cgroup v1 they may differ. */
  readonly groups: readonly string[]
  /** systemd service or scope. */
  readonly unit?: string
}

/** Gives no metric: the engine asks it for names once the culprits are known. */
export const source: Source = {
  id: 'process_detail',
  tier: 'read',
  asks: 'Which service and control group does a culprit belong to?',
  gives: [],
  requests: () => [],
  parse: ([look]) => (detailsOf(look).size > 0 ? {} : unavailable('not measured', 'no process was looked at')),
}

export function detailRequest(pids: readonly number[]): ReadRequest {
  const few = [...new Set(pids)].slice(0, MOST_PROCESSES)
  return { kind: 'read', paths: few.flatMap((pid) => [`/proc/${pid}/status`, `/proc/${pid}/cgroup`]), at: 'start' }
}

/** Processes that ended meanwhile are not in the map. */
export function detailsOf(look: Observation | undefined): Map<number, ProcessDetail> {
  const found = new Map<number, ProcessDetail>()
  const read = files(look?.text ?? '')
  for (const [path, status] of read) {
    const pid = Number(/^\/proc\/(\d+)\/status$/.exec(path)?.[1])
    const comm = field(status, 'Name')
    if (!Number.isInteger(pid) || comm === undefined) continue
    const uid = Number(field(status, 'Uid')?.split(/\s+/)[1] ?? Number.NaN)
    const threads = Number(field(status, 'Threads') ?? Number.NaN)
    const rows = groupRows(read.get(`/proc/${pid}/cgroup`) ?? '')
    const cgroup = groupOf(rows)
    const unit = cgroup === undefined ? undefined : unitOf(cgroup)
    found.set(pid, {
      comm,
      state: field(status, 'State')?.charAt(0) ?? '?',
      groups: [...new Set(rows.map(({ path }) => path))],
      ...(Number.isInteger(uid) ? { uid } : {}),
      ...(Number.isInteger(threads) ? { threads } : {}),
      ...(cgroup === undefined ? {} : { cgroup }),
      ...(unit === undefined ? {} : { unit }),
    })
  }
  return found
}

/** `/proc/PID/cgroup` → its controllers and paths. The root says nothing. */
function groupRows(text: string): { controllers: readonly string[]; path: string }[] {
  return text.split('\n').flatMap((row) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.+)$/.exec(row) ?? []
    return controllers === undefined || path === undefined ? [] : [{ controllers: controllers.split(','), path }]
  })
}

/** The group of a process: its v2 path, else that of the first v1 controller that limits something. */
function groupOf(rows: ReturnType<typeof groupRows>): string | undefined {
  const of = (wanted: string) => rows.find(({ controllers }) => controllers.includes(wanted))?.path
  return of('') ?? of('memory') ?? of('cpu') ?? of('pids') ?? of('name=systemd')
}
