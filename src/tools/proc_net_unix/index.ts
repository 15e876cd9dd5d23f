// /proc/net/unix at both ends of the window → connections to each Unix socket that no program has taken yet.
//   Num       RefCount Protocol Flags    Type St Inode Path
//   00000000fc2a6258: 00000003 00000000 00000000 0001 02     0 /run/app.sock        waits to be accepted: it has no inode yet
//   00000000352da1ea: 00000002 00000000 00010000 0001 01 3469046 /run/app.sock      listens
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'

const TABLE = '/proc/net/unix'
const HEADER = /^Num\s+RefCount\s+Protocol\s+Flags\s+Type\s+St\s+Inode\s+Path\s*$/m
/** The kernel makes the far end of a connection at connect, with the path of the listener; its inode comes with accept. */
const WAITING = /^[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} 00000000 000[15] 02 +0 (.+)$/gm
const MOST_INSTANCES = 16

export const source: Source = {
  id: 'proc_net_unix',
  tier: 'read',
  asks: 'Do connections to a Unix socket wait to be accepted?',
  gives: ['listener.unix_waiting'],
  requests: () => [{ kind: 'read', paths: [TABLE], at: 'ends' }],
  parse: (looks) => {
    const seen: ReadonlyMap<string, number>[] = []
    for (const look of looks) {
      if (unreadable(look.text).get(TABLE) === 'EFBIG')
        return unavailable('not measured', 'the table of Unix sockets is too long to be read to its end')
      const text = files(look.text).get(TABLE) ?? ''
      if (!HEADER.test(text)) return unavailable('not understood', `${TABLE} has no header with St, Inode and Path`)
      seen.push(waiting(text))
    }
    if (seen.length < 2) return unavailable('not measured', 'Unix sockets were listed only once')
    return { instances: listeners(seen) }
  },
}

function waiting(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [, path = ''] of text.matchAll(WAITING)) found.set(path, (found.get(path) ?? 0) + 1)
  return found
}

function listeners(seen: readonly ReadonlyMap<string, number>[]): Instance[] {
  const least = (path: string) => Math.min(...seen.map((look) => look.get(path) ?? 0))
  return [...new Set(seen.flatMap((look) => [...look.keys()]))]
    .toSorted((a, b) => least(b) - least(a) || (a < b ? -1 : 1))
    .slice(0, MOST_INSTANCES)
    .map((path) => ({
      domain: 'listener',
      name: path,
      labels: {},
      values: { 'listener.unix_waiting': seen.map((look) => look.get(path) ?? 0) },
    }))
}
