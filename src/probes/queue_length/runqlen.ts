// runqlen of libbpf-tools → samples by how many threads waited.
//      runqlen       : count     distribution
//         0          : 149      |*************************************** |
//         1          : 152      |****************************************|
import type { Measured } from '../../instruments/measured.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

const ROW = /^\s*(\d+)\s*: (\d+)\s*\|[* ]*\|$/

/** It counts as we do: the one that runs is not in the queue. */
export function readRunqlen(text: string): Measured | Unavailable {
  const lines = text.split('\n')
  const header = lines.findIndex((line) => /^\s*runqlen\s*: count\s+distribution/.test(line))
  if (header < 0) return unavailable('not understood', 'runqlen printed no table')
  const rows = lines.slice(header + 1).flatMap((line) => {
    const [, waiting, count] = ROW.exec(line) ?? []
    return waiting === undefined || Number(count) === 0 ? [] : [{ labels: { waiting }, count: Number(count) }]
  })
  return { rows }
}
