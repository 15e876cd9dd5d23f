// The host's CPU time in /proc/stat and what all processes used → the share that no process accounts for: short-lived ones.
//   cpu  95650 12286 16385 316675 1326 0 401 112 0 0      user nice system idle iowait irq softirq steal guest guest_nice, in ticks
import type { Observation } from '../../model/observation.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { isKernelThread, type ProcessRecord } from '../../parse/scan.ts'
import { words } from '../../parse/table.ts'
import type { Tracks } from './track.ts'

/**
 * CPU the host used that no process seen accounts for, in percent of all CPUs over the window. From the host's busy time (user, nice,
 * system: what is charged to tasks; not interrupts or steal) goes what every process grew by between two looks it was seen in, all of a
 * process that is new in the second, and the end of one that had been seen twice (ended.ts). The rest of the parents' cutime and cstime
 * is not taken off: the time of short-lived children goes there, and that is what must remain.
 */
export function cpuUnexplained(reads: readonly Observation[], { looks, explained }: Tracks): number | Unavailable {
  const sees = (records: readonly ProcessRecord[] | undefined) =>
    records?.some((one) => one.pid === 2 && isKernelThread(one))
  if (!sees(looks[0]) || !sees(looks.at(-1))) {
    return unavailable(
      'not supported',
      'not all processes of this host are visible from here (a container, or hidepid)',
      'Run on the host itself, as root',
    )
  }
  const first = hostTicks(reads[0])
  const last = hostTicks(reads.at(-1))
  if (!first || !last || last.all <= first.all || last.busy < first.busy)
    return unavailable('not understood', '/proc/stat has no usable cpu line in two reads')
  const rest = last.busy - first.busy - explained.reduce((total, ticks) => total + ticks, 0)
  return (100 * Math.max(0, rest)) / (last.all - first.all)
}

function hostTicks(look: Observation | undefined): { readonly busy: number; readonly all: number } | undefined {
  const line = files(look?.text ?? '')
    .get('/proc/stat')
    ?.split('\n', 1)[0]
  const cells = words(line ?? '')
  // user nice system idle iowait irq softirq steal; guest time, which follows, is already in user.
  const ticks = cells.slice(1, 9).map(Number)
  if (cells[0] !== 'cpu' || ticks.length < 4 || !ticks.every((value) => value >= 0)) return undefined
  const add = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return { busy: add(ticks.slice(0, 3)), all: add(ticks) }
}
