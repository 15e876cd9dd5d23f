// /proc/fs/jbd2/DEVICE-N/info and /sys/fs/xfs/DEVICE/stats/stats at both ends of the window, and the mount table → operations each journal takes per second.
//   2 transactions (2 requested), each up to 1365 blocks
//   average:
//     527591 handles per transaction
//   trans 12 188423 3                      XFS: transactions waited for, others, empty ones
//   log 214 52716 0 13 12                  writes to its log, their blocks of 512 bytes, …
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { mountinfo } from '../proc_mounts/mounts.ts'

const INFO = '/proc/fs/jbd2/*/info'
/** Since Linux 4.4; the folder without a device is of all filesystems together. */
const STATS = '/sys/fs/xfs/*/stats/stats'
const TABLE = '/proc/self/mountinfo'
/** The mount table calls a mapped device by its name, the journals by its number. */
const MAPPED = '/sys/class/block/dm-*/dm/name'

interface Journal {
  readonly transactions: number
  readonly handles: number
}

export const source: Source = {
  id: 'proc_jbd2',
  tier: 'read',
  asks: 'How many operations on names, inodes and blocks does a filesystem have to write to its journal?',
  gives: ['mount.journal_operations', 'mount.journal_commits'],
  requests: () => [
    { kind: 'read', paths: [INFO, STATS], at: 'ends' },
    { kind: 'read', paths: [TABLE, MAPPED], at: 'end' },
  ],
  parse: (looks) => {
    const end = looks.map((look) => files(look.text)).find((read) => read.has(TABLE)) ?? new Map<string, string>()
    const mounts = mountinfo(end.get(TABLE) ?? '')
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const reads = looks.filter((look) => !files(look.text).has(TABLE))
    if (reads.length < 2) return unavailable('not measured', 'the journals were read only once')
    if (reads.every((look) => look.text === ''))
      return unavailable('nothing to measure', 'no filesystem with a journal of this kind (ext4, XFS) is mounted')
    const names = new Set(reads.flatMap((look) => [...files(look.text).keys()]))
    const instances = [...names].flatMap((path) => {
      const number = deviceOf(path)
      const device = end.get(`/sys/class/block/${number}/dm/name`)?.trim() ?? number
      const mount = mounts
        .filter((one) => device !== undefined && one.source.endsWith(`/${device}`))
        .toSorted((a, b) => a.path.length - b.path.length)[0]
      if (!mount) return []
      const values = valuesOf(path, reads)
      return values ? [instance(mount.path, mount.source, mount.type, values)] : []
    })
    if (instances.length > 0) return { instances }
    return reads.some((look) => [...unreadable(look.text).values()].includes('EACCES'))
      ? unavailable('not permitted', '/proc/fs/jbd2 may not be read', 'run as root')
      : unavailable(
          'not understood',
          'no journal in /proc/fs/jbd2 or /sys/fs/xfs with its transactions belongs to a mount',
        )
  },
}

function deviceOf(path: string): string | undefined {
  const found = /^\/proc\/fs\/jbd2\/(.+)-\d+\/info$|^\/sys\/fs\/xfs\/([^/]+)\/stats\/stats$/.exec(path)
  return found?.[1] ?? found?.[2]
}

function instance(name: string, device: string, fstype: string, values: Instance['values']): Instance {
  return { domain: 'mount', name, labels: { mount: name, device, fstype }, values }
}

/** Undefined: not a journal, or its filesystem was mounted anew in between. */
function valuesOf(path: string, reads: readonly Observation[]): Instance['values'] | undefined {
  const read = path.startsWith('/sys/fs/xfs/') ? logOf : journalOf
  const seen = reads.map((look) => read(files(look.text).get(path) ?? ''))
  const [first, last] = [seen[0], seen.at(-1)]
  const seconds = ((reads.at(-1)?.atMs ?? 0) - (reads[0]?.atMs ?? 0)) / 1000
  if (!first || !last || seconds <= 0 || last.transactions < first.transactions) return undefined
  const commits = last.transactions - first.transactions
  return defined({
    'mount.journal_commits': commits,
    // Only what was committed is counted, and a transaction lasts five seconds: none in the window says nothing.
    'mount.journal_operations': commits > 0 ? Math.max(0, last.handles - first.handles) / seconds : undefined,
  })
}

function journalOf(text: string): Journal | undefined {
  const transactions = /^(\d+) transactions? /m.exec(text)?.[1]
  const each = /^\s*(\d+) handles per transaction$/m.exec(text)?.[1]
  if (transactions === undefined) return undefined
  // Averages are printed only when something was committed.
  return { transactions: Number(transactions), handles: Number(transactions) * Number(each ?? 0) }
}

/** XFS gathers transactions in memory and writes them as one; each of them is an operation. */
function logOf(text: string): Journal | undefined {
  const [, waited, others] = /^trans (\d+) (\d+) \d+$/m.exec(text) ?? []
  const writes = /^log (\d+) /m.exec(text)?.[1]
  if (waited === undefined || writes === undefined) return undefined
  return { transactions: Number(writes), handles: Number(waited) + Number(others) }
}
