// Locks on the files of the target, at every interval of a second → which process keeps a file locked that the target has open to write a database.
//   1: POSIX  ADVISORY  WRITE 15480 fe:00:2196861 1073741825 1073741825       SQLite: it may write this database, and no other may
//   ==> /proc/15485/fdinfo/4 <==    pos: 0  flags: 02100002  mnt_id: 38  ino: 2196861       (the inode since Linux 5.14)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { commOf, files } from '../../parse/files.ts'
import { processesOf } from '../target/need.ts'

const LOCKS = '/proc/locks'
const MOST_TARGETS = 8
const LINE = /^\d+:\s+POSIX\s+\w+\s+WRITE\s+(\d+)\s+[\da-f]+:[\da-f]+:(\d+)\s+(\d+)\s+(\d+|EOF)/
/**
 * Bytes that SQLite locks (sqlite.org/fileformat2 and walformat): in the database one beyond the first GiB to reserve it, those
 * after it to write; in the index of a write-ahead log byte 120.
 */
const PENDING = 0x4000_0000
const SHARED_END = PENDING + 511
const WAL_WRITER = 120

export const source: Source = {
  id: 'target_file_locks',
  tier: 'read',
  asks: 'Does another process keep a database locked that is open in the process said to be slow?',
  gives: ['process.database_locked'],
  brief: true,
  requests: (_window, context) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    const paths = processes.slice(0, MOST_TARGETS).map(({ pid }) => `/proc/${pid}/fdinfo/*`)
    return [
      { kind: 'read', paths: [LOCKS], at: 'every' },
      { kind: 'read', paths: [...paths, '/proc/*/comm'], at: 'end' },
    ]
  },
  parse: (looks, { context }) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    const read = looks.map((look) => files(look.text))
    const locks = read.flatMap((one) => one.get(LOCKS) ?? [])
    if (locks.length < 2) return unavailable('not supported', 'this kernel has no /proc/locks')
    if (locks.some((text) => text.trim() !== '' && !/^\d+: /.test(text)))
      return unavailable('not understood', `${LOCKS} has another form than known`)
    const last = read.find((one) => !one.has(LOCKS)) ?? new Map<string, string>()
    const infos = [...last].filter(([path]) => path.includes('/fdinfo/'))
    if (infos.length === 0)
      return unavailable('not permitted', 'its open files may not be read, or it ended', 'Run as root')
    const open = new Set(infos.flatMap(([, text]) => /^ino:\s*(\d+)$/m.exec(text)?.[1] ?? []))
    if (open.size === 0)
      return unavailable('not supported', 'this kernel does not tell which files are open (before 5.14)')
    const own = new Set(processes.map(({ pid }) => String(pid)))
    const each = locks.map((text) => new Set(text.split('\n').flatMap((line) => writer(line, open) ?? [])))
    const kept = [...(each[0] ?? [])].filter((pid) => !own.has(pid) && each.every((pids) => pids.has(pid)))
    return {
      instances: kept.map((pid): Instance => {
        const comm = commOf(last, pid)
        return {
          domain: 'process',
          name: pid,
          labels: { pid, ...(comm === undefined ? {} : { comm }) },
          values: { 'process.database_locked': 1 },
        }
      }),
    }
  },
}

/** The process that may write a database of SQLite, one of the open files. */
function writer(line: string, open: ReadonlySet<string>): string | undefined {
  const [, pid, inode = '', from = ''] = LINE.exec(line) ?? []
  const byte = Number(from)
  const writes = (byte >= PENDING && byte <= SHARED_END) || byte === WAL_WRITER
  return writes && open.has(inode) ? pid : undefined
}
