// /proc/fs/jbd2/DEVICE-N/info at both ends of the window, and the mount table → operations each ext4 journal takes per second.
//   2 transactions (2 requested), each up to 1365 blocks
//   average:
//     527591 handles per transaction
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { mountinfo } from '../proc_mounts/mounts.ts'

const INFO = '/proc/fs/jbd2/*/info'
const TABLE = '/proc/self/mountinfo'

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
    { kind: 'read', paths: [INFO], at: 'ends' },
    { kind: 'read', paths: [TABLE], at: 'end' },
  ],
  parse: (looks) => {
    const mounts = mountinfo(looks.map((look) => files(look.text).get(TABLE) ?? '').join(''))
    if (mounts.length === 0) return unavailable('not understood', `${TABLE} lists no mount`)
    const reads = looks.filter((look) => !files(look.text).has(TABLE))
    if (reads.length < 2) return unavailable('not measured', 'the journals were read only once')
    if (reads.every((look) => look.text === ''))
      return unavailable('nothing to measure', 'no filesystem with a journal of this kind (ext4) is mounted')
    const names = new Set(reads.flatMap((look) => [...files(look.text).keys()]))
    const instances = [...names].flatMap((path) => {
      const device = /^\/proc\/fs\/jbd2\/(.+)-\d+\/info$/.exec(path)?.[1]
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
      : unavailable('not understood', 'no journal in /proc/fs/jbd2 with its transactions belongs to a mount')
  },
}

function instance(name: string, device: string, fstype: string, values: Instance['values']): Instance {
  return { domain: 'mount', name, labels: { mount: name, device, fstype }, values }
}

/** Undefined: not a journal, or its filesystem was mounted anew in between. */
function valuesOf(path: string, reads: readonly Observation[]): Instance['values'] | undefined {
  const seen = reads.map((look) => journalOf(files(look.text).get(path) ?? ''))
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
