// /proc/net/softnet_stat at both ends of the window → how many packets the CPUs took, and how much of it one CPU alone.
// One line per online CPU, hexadecimal, no header: 1 processed, 2 dropped, 3 out of budget, since Linux 5.10 also 13 the CPU.
//   001cca0d 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
//   0016c6fe 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, words } from '../../parse/table.ts'

const PATH = '/proc/net/softnet_stat'
const CPU = 12
/** 32 bits: at a million packets per second the counter starts again after an hour. */
const WRAP = 2 ** 32

export const source: Source = {
  id: 'proc_softnet_cpus',
  tier: 'read',
  asks: 'Does one CPU alone do the work for the packets?',
  gives: ['softnet.packets', 'softnet.top_share', 'softnet.top_cpu'],
  requests: () => [{ kind: 'read', paths: [PATH], at: 'ends' }],
  parse: (looks) => {
    const reads = looks.map((look) => processed(files(look.text).get(PATH) ?? ''))
    const [first, last] = [reads[0], reads.at(-1)]
    if (!first || !last || reads.includes(undefined))
      return unavailable('not understood', `${PATH} is not lines of hexadecimal counters`)
    if (reads.length < 2)
      return unavailable('not measured', 'counters were read only once: an increase needs two reads')
    const grown = [...first].map(([cpu, before]) => ({ cpu, by: growth(before, last.get(cpu)) }))
    if (first.size !== last.size || grown.some(({ by }) => by === undefined))
      return unavailable('not measured', 'a CPU came or went, or its counter was reset, within the window')
    const total = grown.reduce((sum, { by }) => sum + (by ?? 0), 0)
    const top = grown.toSorted((a, b) => (b.by ?? 0) - (a.by ?? 0))[0]
    const none = unavailable('nothing to measure', 'no packet passed in the window')
    return {
      host: defined({
        'softnet.packets': meanRate([0, total], [looks[0]?.atMs ?? 0, looks.at(-1)?.atMs ?? 0]),
        'softnet.top_share': total > 0 ? (100 * (top?.by ?? 0)) / total : undefined,
        'softnet.top_cpu': total > 0 ? top?.cpu : undefined,
      }),
      ...(total > 0 ? {} : { missing: { 'softnet.top_share': none, 'softnet.top_cpu': none } }),
    }
  },
}

function processed(text: string): ReadonlyMap<string, number> | undefined {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map(words)
  if (
    lines.length === 0 ||
    lines.some((cells) => cells.length < 9 || cells.some((cell) => !/^[0-9a-f]{1,8}$/.test(cell)))
  )
    return undefined
  // Before 5.10 no column names the CPU: then its line does.
  return new Map(
    lines.map((cells, i) => [String(parseInt(cells[CPU] ?? i.toString(16), 16)), parseInt(cells[0] ?? '', 16)]),
  )
}

function growth(before: number, after: number | undefined): number | undefined {
  if (after === undefined) return undefined
  const wrapped = before > 0.9 * WRAP && after < 0.1 * WRAP
  return increase([before, wrapped ? after + WRAP : after])
}
