// A process and all processes at some moments → the lock in shared memory it waits for: how many wait, how often it passes on, what is done under it.
import type { Value } from '../../model/metric.ts'
import type { ProcessRecord } from '../../parse/scan.ts'
import { schedStat } from '../../parse/schedstat.ts'
import { defined } from '../../parse/table.ts'
import { sharedLockWord } from '../../parse/wait-call.ts'

export interface Moment {
  readonly atMs: number
  readonly processes: ReadonlyMap<number, ProcessRecord>
}

export const SCANNED: readonly string[] = ['syscall', 'wchan', 'schedstat']

/** Undefined where it waited for no such lock at any moment. */
export function sharing(
  own: ProcessRecord,
  moments: readonly Moment[],
  maps: string | undefined,
): Record<string, Value> | undefined {
  const word = mostOf(moments.flatMap(({ processes }) => wordOf(processes.get(own.pid)) ?? []))
  const place = word === undefined ? undefined : sharedPlace(word, maps)
  if (word === undefined || place === undefined) return undefined
  // The address means the same memory only in processes that inherited the mapping.
  const family = moments.map(({ processes }) => [...processes.values()].filter((one) => related(one, own)))
  const waiting = family.map((all) => all.filter((one) => wordOf(one) === word))
  const met = new Set(waiting.flat().map((one) => one.pid))
  // Who waits at one moment has the lock at another. Where it never passed on, one that never waited has it.
  const free = family.map((all) => all.filter((one) => one.comm === own.comm && wordOf(one) !== word))
  const holders = free.map((all) => all.filter((one) => met.has(one.pid)))
  const found = holders.some((all) => all.length > 0) ? holders : free
  const seconds = ((moments.at(-1)?.atMs ?? 0) - (moments[0]?.atMs ?? 0)) / 1000
  const rate = (field: 'ran' | 'turns') =>
    seconds > 0 ? grown([...met], moments, (one) => schedStat(one.files[2])?.[field]) / seconds : undefined
  const ran = rate('ran')
  return defined<Value>({
    'process.shared_lock_waiters': waiting.map((all) => all.length),
    'process.shared_lock_sharers': met.size,
    'process.shared_lock_turns': rate('turns'),
    'process.shared_lock_cpu': ran === undefined ? undefined : ran / 1e7,
    'process.shared_lock_holder_in': mostOf(found.flat().map(standsIn)),
    'process.shared_lock_place': place,
  })
}

/** Sisters, and who forked them, whichever of them it is: the parent may queue beside its workers. */
function related(one: ProcessRecord, own: ProcessRecord): boolean {
  return one.parent === own.parent || one.parent === own.pid || one.pid === own.parent
}

function wordOf(one: ProcessRecord | undefined): string | undefined {
  return sharedLockWord(one?.files[0])
}

function standsIn({ state, files }: ProcessRecord): string {
  const channel = files[1]?.trim() ?? ''
  return state === 'R' || channel === '' || channel === '0' ? 'no wait' : channel
}

/** `7f61a4fa6000-7f61a4fa7000 rw-s 00000000 00:01 13151 /dev/shm/pool` */
function sharedPlace(word: string, maps: string | undefined): string | undefined {
  const address = BigInt(word)
  for (const line of maps?.split('\n') ?? []) {
    const [, from, to, name = ''] = /^([0-9a-f]+)-([0-9a-f]+) ..?.?s \S+ \S+ \d+ *(.*)$/.exec(line) ?? []
    if (from !== undefined && to !== undefined && BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`))
      return name === '' || name.startsWith('/dev/zero') ? 'anonymous memory' : name
  }
  return undefined
}

function grown(
  pids: readonly number[],
  moments: readonly Moment[],
  of: (one: ProcessRecord) => number | undefined,
): number {
  const at = (moment: Moment | undefined, pid: number) => {
    const one = moment?.processes.get(pid)
    return one && of(one)
  }
  return pids.reduce((sum, pid) => {
    const [first, last] = [at(moments[0], pid), at(moments.at(-1), pid)]
    return first === undefined || last === undefined || last < first ? sum : sum + last - first
  }, 0)
}

function mostOf(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]
}
