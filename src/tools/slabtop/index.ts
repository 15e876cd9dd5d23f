// slabtop, one screen sorted by cache size → memory in kernel object caches, how much of it is in use, and the largest cache.
//    Active / Total Size (% used)       : 469282.45K / 471318.42K (99.6%)
//     OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME
//   115052 115052 100%    1.10K   8218       14    131488K ext4_inode_cache
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined, table, words } from '../../parse/table.ts'

const KIB = 1024

export const source: Source = {
  id: 'slabtop',
  tier: 'run',
  tool: 'slabtop',
  asks: 'Which kernel objects take memory?',
  gives: ['slab.size', 'slab.in_use', 'slab.largest', 'slab.largest_size'],
  requests: () => [{ kind: 'run', argv: ['slabtop', '-o', '-s', 'c'], at: 'start' }],
  parse: (looks) => {
    const lines = (looks[0]?.text ?? '').split('\n')
    const at = lines.findIndex((line) => line.includes('CACHE SIZE') && line.includes('NAME'))
    if (at < 0) return unavailable('not understood', 'slabtop printed no header with CACHE SIZE and NAME')
    const header = words((lines[at] ?? '').replace('OBJ SIZE', 'OBJ_SIZE').replace('CACHE SIZE', 'CACHE_SIZE'))
    const caches = table(header, lines.slice(at + 1).map(words)).rows.flatMap((row) => {
      const [name, size] = [row.text('NAME'), kib(row.text('CACHE_SIZE'))]
      return name === undefined || size === undefined ? [] : [{ name, size }]
    })
    const [active, total] = totals(lines)
    const largest = caches.reduce<(typeof caches)[number] | undefined>(
      (most, cache) => (most === undefined || cache.size > most.size ? cache : most),
      undefined,
    )
    if (!largest) return unavailable('not understood', 'slabtop printed no cache with a name and a size')
    return {
      host: defined<string | number>({
        'slab.size': total,
        'slab.in_use': active !== undefined && total ? Math.min(100, (100 * active) / total) : undefined,
        'slab.largest': largest.name,
        'slab.largest_size': largest.size,
      }),
    }
  },
}

function totals(lines: readonly string[]): (number | undefined)[] {
  const line = lines.find((text) => /Active \/ Total Size/.test(text))
  const match = /:\s*(\S+)\s*\/\s*(\S+)/.exec(line ?? '')
  return [kib(match?.[1]), kib(match?.[2])]
}

/** `131488K`; since procps 4.0.5 without the K, and KiB all the same. */
function kib(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)K?$/.exec(text ?? '')
  return match ? Number(match[1]) * KIB : undefined
}
