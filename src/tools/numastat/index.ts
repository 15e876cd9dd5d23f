// numastat at both ends → pages that came from another memory node than the one that was wanted.
//                              node0           node1
//   numa_hit                76557759        92126519
//   numa_miss               30772308        30827638
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { traffic, TRAFFIC, type NodeCounters } from '../../parse/memory-nodes.ts'
import { words } from '../../parse/table.ts'

export const source: Source = {
  id: 'numastat',
  tier: 'run',
  tool: 'numastat',
  asks: 'Does memory come from the node of the CPU that asks for it?',
  gives: ['numa.nodes', ...TRAFFIC],
  requests: () => [{ kind: 'run', argv: ['numastat'], at: 'ends' }],
  parse: (looks) => {
    const reads = looks.map((look) => counters(look.text))
    if (reads.length === 0 || reads.some((read) => read.size === 0))
      return unavailable('not understood', 'numastat printed no table of nodes with the counters it is known by')
    return traffic(
      reads,
      looks.map((look) => look.atMs),
    )
  },
}

/** With many nodes the table is broken into several, each with its own header. */
function counters(text: string): NodeCounters {
  const found = new Map<string, Map<string, number>>()
  let header: readonly string[] = []
  for (const line of text.split('\n')) {
    const cells = words(line)
    if (cells.every((cell) => /^node\d+$/i.test(cell))) {
      header = cells.map((cell) => cell.toLowerCase())
      continue
    }
    const [name = '', ...values] = cells
    if (values.length !== header.length || !values.every((value) => /^\d{1,15}(\.\d+)?$/.test(value))) continue
    for (const [i, node] of header.entries())
      found.set(node, (found.get(node) ?? new Map<string, number>()).set(name.toLowerCase(), Number(values[i])))
  }
  return new Map([...found].filter(([, counts]) => counts.has('numa_hit')))
}
