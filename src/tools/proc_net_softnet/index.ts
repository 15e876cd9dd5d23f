// /proc/net/softnet_stat at both ends of the window → packets the CPU backlogs dropped, times packet work ran out of budget.
// One line per online CPU, hexadecimal, no header: 1 processed, 2 dropped, 3 out of budget, since Linux 5.10 also 13 the CPU.
//   00000012 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
//   000012b4 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, words } from '../../parse/table.ts'

const PATH = '/proc/net/softnet_stat'
const DROPPED = 1,
  SQUEEZED = 2,
  CPU = 12
type Cpus = ReadonlyMap<string, readonly number[]>

export const source: Source = {
  id: 'proc_net_softnet',
  tier: 'read',
  asks: 'Do the CPUs keep up with the packets that arrive?',
  gives: ['softnet.dropped', 'softnet.squeezed'],
  requests: () => [{ kind: 'read', paths: [PATH], at: 'ends' }],
  parse: (looks) => {
    const reads: Cpus[] = []
    for (const look of looks) {
      const cpus = perCpu(files(look.text).get(PATH) ?? '')
      if (!cpus) return unavailable('not understood', `${PATH} is not lines of hexadecimal counters`)
      reads.push(cpus)
    }
    if (reads.length < 2)
      return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const host = defined({ 'softnet.dropped': total(reads, DROPPED), 'softnet.squeezed': total(reads, SQUEEZED) })
    const missing = {
      '*': unavailable('not measured', 'a CPU came or went, or its counter was reset, within the window'),
    }
    return Object.keys(host).length === source.gives.length ? { host } : { host, missing }
  },
}

function perCpu(text: string): Cpus | undefined {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map(words)
  if (
    lines.length === 0 ||
    lines.some((cells) => cells.length <= SQUEEZED || cells.some((cell) => !/^[0-9a-f]{1,8}$/.test(cell)))
  ) {
    return undefined
  }
  // Before 5.10 no column names the CPU: then the line number does, which holds as long as no CPU comes or goes.
  const named = lines.map(
    (cells, i) => [cells[CPU] ?? `${lines.length}:${i}`, cells.map((cell) => parseInt(cell, 16))] as const,
  )
  return new Map(named)
}

/** The increase over all CPUs; undefined when one of them has none: a partial sum would hide the drop it should show. */
function total(reads: readonly Cpus[], column: number): number | undefined {
  const first = reads[0]
  if (!first || reads.some((read) => read.size !== first.size)) return undefined
  let sum = 0
  for (const cpu of first.keys()) {
    const grown = increase(reads.map((read) => read.get(cpu)?.[column]))
    if (grown === undefined) return undefined
    sum += grown
  }
  return sum
}
