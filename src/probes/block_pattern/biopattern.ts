// biopattern of libbpf-tools → I/Os of each disk that were random and sequential.
//   TIME      DISK     %RND  %SEQ    COUNT     KBYTES
//   12:16:01  vda         4    95     2543      10172
//   12:16:01  vdb       100     0        3         12
import type { Measured } from '../../instruments/measured.ts'
import type { Row } from '../../model/tally.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

/** Shares are whole percents: what they are of is exact. Bytes are of both together and cannot be parted. */
export function readBiopattern(text: string): Measured | Unavailable {
  if (!/^Tracing block device I\/O/m.test(text)) return unavailable('not understood', 'biopattern did not begin')
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
  const at = lines.findIndex((cells) => cells.includes('DISK'))
  const header = lines[at] ?? []
  const [disk, random, count] = ['DISK', '%RND', 'COUNT'].map((name) => header.indexOf(name))
  if (at < 0) return { rows: [] }
  if (disk === undefined || random === undefined || count === undefined || [disk, random, count].includes(-1))
    return unavailable('not understood', 'biopattern has other columns')
  const rows: Row[] = []
  for (const cells of lines.slice(at + 1).filter((one) => one.length >= header.length)) {
    const device = cells[disk] ?? ''
    const share = Number(cells[random])
    const ios = Number(cells[count])
    if (!(share >= 0 && share <= 100 && ios >= 0 && Number.isSafeInteger(ios)))
      return unavailable('not understood', 'biopattern printed no numbers')
    const own = Math.round((ios * share) / 100)
    if (own > 0) rows.push({ labels: { device, pattern: 'random' }, count: own })
    if (ios > own) rows.push({ labels: { device, pattern: 'sequential' }, count: ios - own })
  }
  return { rows }
}
