// /proc/sysvipc/shm → the shared memory segments of System V in the name space of whoever reads it.
//   key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
//     0 98304   600 134217728 24492 24492 0 0 0 0 0 1796020428 1796020428 1796020427 134217728 0
import type { Observation } from '../../model/observation.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { unreadable } from '../../parse/files.ts'
import { number, table } from '../../parse/table.ts'

export const TABLE = '/proc/sysvipc/shm'

export interface Segment {
  readonly id: string
  /** Memory it has; pages that were never written have none. */
  readonly bytes: number
  readonly creator: number
  readonly uid: number
  readonly attached: number
  /** SHM_LOCK: its pages are never reclaimed. */
  readonly locked: boolean
  /** When it was made, or its owner or mode was changed: seconds since 1970. */
  readonly changed: number
}

/** Undefined when it is not the table that is known. Segments of a kernel that does not tell their memory have none. */
export function segmentsIn(text: string): readonly Segment[] | undefined {
  const [header = '', ...lines] = text.split('\n')
  const cells = (line: string) => line.trim().split(/\s+/)
  const { has, rows } = table(cells(header), lines.filter((line) => line.trim() !== '').map(cells))
  if (!['shmid', 'cpid', 'nattch', 'uid', 'ctime', 'rss'].every(has)) return undefined
  return rows.flatMap((row) => {
    const whole = (column: string) => number(row.text(column))
    const bytes = whole('rss')
    const attached = whole('nattch')
    if (bytes === undefined || attached === undefined) return []
    return [
      {
        id: row.text('shmid') ?? '',
        bytes,
        attached,
        locked: isLocked(row.text('perms')),
        creator: whole('cpid') ?? 0,
        uid: whole('uid') ?? 0,
        changed: whole('ctime') ?? 0,
      },
    ]
  })
}

/** Segments no process has attached: they stay until somebody removes them, whoever ends. */
export function unattached(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter(({ attached, bytes }) => attached === 0 && bytes > 0)
}

/** Bit 02000 of the mode, which is octal. */
function isLocked(mode: string | undefined): boolean {
  return mode !== undefined && /^[0-7]{1,8}$/.test(mode) && (parseInt(mode, 8) & 0o2000) !== 0
}

/** Segments whose pages stay in memory whatever happens. Meminfo has them in Unevictable, and not in Mlocked. */
export function locked(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((one) => one.locked)
}

export function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Why the table was not read. */
export function notRead(looks: readonly Observation[]): Unavailable {
  const code = looks.map((look) => unreadable(look.text).get(TABLE)).find((one) => one !== undefined)
  if (code === 'ENOENT')
    return unavailable('not supported', 'this kernel has no shared memory of System V (CONFIG_SYSVIPC)')
  return code === 'EACCES' || code === 'EPERM'
    ? unavailable('not permitted', `${TABLE} may not be read (${code})`)
    : unavailable('not measured', `${TABLE} was not read`)
}
