// /proc/pressure read at both ends of the window → share of it in which tasks waited for CPU, memory, I/O.
//   some avg10=0.00 avg60=0.12 avg300=0.05 total=1234567        total: microseconds since boot
//   full avg10=0.00 avg60=0.00 avg300=0.00 total=123456
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { meanRate } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'

type Line = 'some' | 'full'

/** System-wide `cpu full` is not defined by the kernel. */
const WANTED: readonly (readonly [metric: string, file: string, line: Line])[] = [
  ['cpu.pressure.some', '/proc/pressure/cpu', 'some'],
  ['memory.pressure.some', '/proc/pressure/memory', 'some'],
  ['memory.pressure.full', '/proc/pressure/memory', 'full'],
  ['io.pressure.some', '/proc/pressure/io', 'some'],
  ['io.pressure.full', '/proc/pressure/io', 'full'],
]
const PATHS = [...new Set(WANTED.map(([, file]) => file))]

export const source: Source = {
  id: 'proc_pressure',
  tier: 'read',
  brief: true,
  asks: 'Did tasks wait for CPU, memory or I/O, and for how much of the time?',
  gives: WANTED.map(([metric]) => metric),
  requests: () => [{ kind: 'read', paths: PATHS, at: 'ends' }],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const at = looks.map((look) => look.atMs)
    const host: Record<string, number> = {}
    const missing: Record<string, Unavailable> = {}
    for (const [metric, file, line] of WANTED) {
      const text = reads.map((read) => read.get(file))
      // The averages lag by design (avg10 of a full stall of 5 s is 41 %): only the counter says what this window was.
      const rate = meanRate(
        text.map((content) => pressureTotal(content, line)),
        at,
      )
      if (rate !== undefined) host[metric] = Math.min(100, rate / 1e4)
      else
        missing[metric] = why(
          file,
          text.some((content) => content !== undefined && content !== ''),
          looks,
        )
    }
    const garbled = PATHS.every(
      (file) => missing[`${file.slice('/proc/pressure/'.length)}.pressure.some`]?.unavailable === 'not understood',
    )
    return garbled
      ? unavailable('not understood', 'the files of /proc/pressure have no total= in two reads')
      : { host, missing }
  },
}

/** Microseconds of stall since boot, from one of the two lines of a pressure file. Control groups have the same files. */
export function pressureTotal(text: string | undefined, line: Line): number | undefined {
  const match = new RegExp(`^${line} .*\\btotal=(\\d+)$`, 'm').exec(text ?? '')
  return match ? Number(match[1]) : undefined
}

function why(file: string, read: boolean, looks: readonly Observation[]): Unavailable {
  if (read) return unavailable('not understood', `${file} has no total= in two reads`)
  const code = looks.map((look) => unreadable(look.text).get(file)).find((found) => found !== undefined)
  if (code === 'EACCES' || code === 'EPERM') return unavailable('not permitted', `${file} may not be read`)
  return unavailable(
    'not supported',
    `${file} does not exist: pressure stall information is off`,
    'boot with psi=1 (kernel 4.20 or later)',
  )
}
