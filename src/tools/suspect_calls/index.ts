// status, many times over, and io of the few processes that stood out, at both ends of a second → signals on their way, what they write and how.
//   SigPnd:	0000000000000000   ShdPnd:	0000000000000200   SigBlk:	0000000000000000      bit n-1 is signal n
//   wchar: 102792923   syscw: 484872   write_bytes: 102854042   cancelled_write_bytes: 104802
import type { Context, Suspect } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { field } from '../context/text.ts'

/**
 * A signal that is handled at once is pending for a microsecond: one look hardly meets it, a row of them tells the share of time. A row takes
 * less time than a scheduler's slice, in which the sender or who handles may be out: rows at each interval.
 */
const GLANCES = 8
const FEW_GLANCES = 8
/** With more only the first thread is looked at, and what is pending for all. */
const MOST_THREADS = 8

export const source: Source = {
  id: 'suspect_calls',
  tier: 'read',
  asks: 'Are the processes that stood out flooded with signals, and do they write many small pieces?',
  gives: ['suspect.signals_pending', 'suspect.writes', 'suspect.write_size', 'suspect.stored', 'suspect.taken_back'],
  brief: true,
  requests: (_window, { suspects }) =>
    suspects === undefined || suspects.length === 0
      ? unavailable('nothing to measure', 'no process stood out')
      : [
          { kind: 'read', paths: suspects.map(({ pid }) => `/proc/${pid}/io`), at: 'ends' },
          { kind: 'read', paths: suspects.flatMap(glancesOf), at: 'every' },
        ],
  parse: (looks, { context }) => {
    const instances = (context.suspects ?? []).flatMap((suspect) => instanceOf(suspect, looks, context) ?? [])
    if (instances.length === 0)
      return unavailable('not measured', 'the processes that stood out ended or may not be read')
    const io = unavailable(
      'not permitted',
      'what processes of other users write may be read by root only',
      'run as root',
    )
    const known = instances.some((one) => 'suspect.writes' in one.values)
    const wrote = unavailable('nothing to measure', 'none of them wrote anything')
    return {
      instances,
      missing: Object.fromEntries(
        ['suspect.writes', 'suspect.write_size', 'suspect.stored', 'suspect.taken_back'].flatMap((id) =>
          instances.some((one) => id in one.values) ? [] : [[id, known ? wrote : io] as const],
        ),
      ),
    }
  },
}

/** A signal for one thread is pending there and not at the process. */
function glancesOf({ pid, threads = MOST_THREADS + 1 }: Suspect): string[] {
  const path = threads > MOST_THREADS ? `/proc/${pid}/status` : `/proc/${pid}/task/*/status`
  return Array.from({ length: GLANCES }, () => path)
}

function instanceOf({ pid, comm }: Suspect, looks: readonly Observation[], context: Context): Instance | undefined {
  const threads = glancesByThread(looks, pid)
  // The pid may be another process by now.
  const mine = (threads.get(String(pid)) ?? []).filter(
    (text) => field(text, 'Name')?.slice(0, 15) === comm.slice(0, 15),
  )
  if (mine.length < FEW_GLANCES) return undefined
  const path = `/proc/${pid}/io`
  const both = looks.filter((look) => look.text.includes(`==> ${path} <==`))
  const io = both.map((look) => keyed(files(look.text).get(path) ?? ''))
  const seconds = ((both.at(-1)?.atMs ?? 0) - (both[0]?.atMs ?? 0)) / 1000
  const grown = (name: string) => increase(io.map((one) => one.get(name)))
  const [writes, bytes, stored, cancelled] = ['syscw', 'wchar', 'write_bytes', 'cancelled_write_bytes'].map(grown)
  const rate = (value: number | undefined) => (value === undefined || seconds <= 0 ? undefined : value / seconds)
  const kept = stored === undefined || cancelled === undefined ? undefined : Math.max(0, stored - cancelled)
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm },
    values: defined({
      'suspect.signals_pending': Math.max(...[mine, ...threads.values()].map(pendingShare)),
      'suspect.writes': rate(writes),
      'suspect.write_size': writes && bytes !== undefined ? bytes / writes : undefined,
      'suspect.stored': rate(kept),
      'suspect.taken_back':
        stored !== undefined && cancelled !== undefined && stored >= context.pageSize
          ? Math.min(100, (100 * cancelled) / stored)
          : undefined,
    }),
  }
}

/** Thread → its status each time it was read: many times in a row. */
function glancesByThread(looks: readonly Observation[], pid: number): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const path = new RegExp(`^/proc/${pid}/(?:task/\\d+/)?status <==\n`)
  for (const look of looks)
    for (const frame of look.text.split(/^==> /m)) {
      const thread = path.test(frame) ? field(frame, 'Pid') : undefined
      if (thread === undefined) continue
      const known = found.get(thread) ?? []
      found.set(thread, known)
      known.push(frame)
    }
  return found
}

/** Percent of the glances at one thread. */
function pendingShare(glances: readonly string[]): number {
  return glances.length < FEW_GLANCES ? 0 : (100 * glances.filter(isPending).length) / glances.length
}

/** One that is blocked waits for the program to ask for it, which may be never. */
function isPending(status: string): boolean {
  const [own, shared, blocked] = ['SigPnd', 'ShdPnd', 'SigBlk'].map((name) => field(status, name) ?? '')
  if (![own, shared, blocked].every((mask) => /^[0-9a-f]{1,32}$/.test(mask ?? ''))) return false
  const [pending, mask] = [BigInt(`0x${own}`) | BigInt(`0x${shared}`), BigInt(`0x${blocked}`)]
  return (pending & ~mask) !== 0n
}
