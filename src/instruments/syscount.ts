// Table of syscount (libbpf-tools) → rows by system call.
//   [11:49:15]
//   SYSCALL                   COUNT        TIME (us)
//   read                     829692       303883.666
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import type { Measured } from './measured.ts'

const MICROSECOND = 1e-6

export function readSyscount(text: string): Measured | Unavailable {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith('SYSCALL '))
  if (at < 0) {
    return text.startsWith('Tracing')
      ? { rows: [] }
      : unavailable('not understood', 'syscount printed no table of system calls')
  }
  const header = (lines[at] ?? '').replace('TIME (us)', 'TIME').trim().split(/\s+/)
  const rows: Row[] = []
  for (const line of lines.slice(at + 1)) {
    const cells = line.trim().split(/\s+/)
    if (cells.length < 2) continue
    const number = (name: string) => (header.includes(name) ? Number(cells[header.indexOf(name)]) : undefined)
    const count = number('COUNT')
    const time = number('TIME')
    if (count === undefined || !isAmount(count) || (time !== undefined && !isAmount(time))) {
      return unavailable('not understood', 'syscount printed a line that is no system call')
    }
    rows.push({
      labels: { syscall: cells[0] ?? '' },
      count,
      ...(time === undefined ? {} : { seconds: time * MICROSECOND }),
    })
  }
  return { rows }
}

function isAmount(n: number): boolean {
  return Number.isFinite(n) && n >= 0 && n < Number.MAX_SAFE_INTEGER
}
