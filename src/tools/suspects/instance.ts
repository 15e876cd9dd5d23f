// History of one suspect → its metrics: what its threads used, where they may run, what they waited for.
import type { Context } from '../../model/context.ts'
import type { Instance, Value } from '../../model/metric.ts'
import { REALTIME, type TaskStat } from '../../parse/stat.ts'
import { defined } from '../../parse/table.ts'
import { comesBack, waitersByWord, type WaitCall } from '../../parse/wait-call.ts'
import type { SuspectHistory, Thread, ThreadSample } from './history.ts'

/** Percent of a CPU, used or waited for, from which on a thread takes part. */
const ACTIVE = 2
/** Percent from which on one takes turns with others, however many they are; the compiler threads of a Java virtual machine idle in one timed wait. */
const TAKES_TURNS = 0.2
const MOST_CHANNELS = 3
/**
 * Where threads sleep that want the lock of their address space. The kernel skips its lock functions when it names the sleeper, so these
 * are their callers (6.x), and the lock functions themselves of kernels that do name them.
 */
const ADDRESS_SPACE =
  /^(?:lock_mm_and_find_vma|vm_mmap_pgoff|do_mprotect_pkey|(?:__)?vm_munmap|do_madvise|madvise_lock|ksys_mmap_pgoff|__(?:do|se|x64|arm64)_sys_(?:brk|mremap|munmap|mmap|madvise)|do_user_addr_fault|do_page_fault|__mm_populate|mmap_(?:read|write)_lock\w*|dup_mmap|rwsem_down_(?:read|write)_(?:slowpath|failed)\w*)$/
const DIRTY = /^balance_dirty_pages\w*$/

export function instanceOf(history: SuspectHistory, context: Context): Instance {
  const { suspect, threads, atMs } = history
  const seconds = ((atMs.at(-1) ?? 0) - (atMs[0] ?? 0)) / 1000
  const uses: readonly Use[] = threads.map((thread) => ({ thread, ...useOf(thread, seconds) }))
  const active = uses.filter(isActive)
  const busiest = uses.toSorted((a, b) => (b.ran ?? 0) - (a.ran ?? 0))[0]
  const allowed = active.flatMap(({ thread }) => thread.cpusAllowed ?? [])
  const ticksOf = (of: (stat: TaskStat) => number, scale: number) => {
    const sum = total(threads.map((thread) => grownIn(thread, (sample) => of(sample.stat))))
    return sum === undefined ? undefined : (sum * scale) / seconds
  }
  const last = busiest && lastOf(busiest.thread)
  const channels = channelsOf(threads)
  const values = defined<Value>({
    'suspect.threads': threads.filter((thread) => thread.samples.at(-1)).length,
    ...(seconds > 0
      ? {
          'suspect.active_threads': active.length,
          'suspect.user': ticksOf((stat) => stat.user, 100 / context.ticks),
          'suspect.system': ticksOf((stat) => stat.system, 100 / context.ticks),
          'suspect.faults': ticksOf((stat) => stat.minorFaults, 1),
          'suspect.cpu': total(uses.map(({ ran }) => ran)),
          'suspect.cpu_wait': total(uses.map(({ waited }) => waited)),
          'suspect.busiest_thread': busiest?.ran,
          'suspect.realtime': total(uses.filter(({ thread }) => isRealtime(thread)).map(({ ran }) => ran)) ?? 0,
          'suspect.turn': busiest && turnOf(busiest.thread),
          'suspect.switches': perSecond(
            threads.map((one) => one.voluntary),
            seconds,
          ),
          'suspect.preempted': perSecond(
            threads.map((one) => one.involuntary),
            seconds,
          ),
          ...ioOf(history, seconds),
        }
      : {}),
    'suspect.busiest_name': last && `${last.stat.comm} (thread ${busiest?.thread.tid})`,
    'suspect.turn_ends_in': busiest && turnEndsIn(busiest.thread, threads, suspect.pid),
    'suspect.priority': last?.stat.nice,
    'suspect.confined':
      allowed.length === 0 ? undefined : Math.min(100, (100 * Math.min(...allowed)) / context.cpus.online),
    'suspect.runnable': atMs.map((_, i) => threads.filter(({ samples }) => samples[i]?.stat.state === 'R').length),
    ...waits(history, seconds, uses),
    'suspect.memory_lock_waiters': counted(
      history,
      (one) => one.stat.state === 'D' && ADDRESS_SPACE.test(one.channel ?? ''),
    ),
    'suspect.held_writers': counted(history, (one) => DIRTY.test(one.channel ?? '')),
    'suspect.waits_in': channels.length > 0 ? channels.slice(0, MOST_CHANNELS).join(', ') : undefined,
  })
  const pid = String(suspect.pid)
  return { domain: 'process', name: pid, labels: { pid, comm: suspect.comm }, values }
}

/** Percent of a CPU that a thread ran, and waited for one. */
interface Use {
  readonly thread: Thread
  readonly ran: number | undefined
  readonly waited: number | undefined
}

function isActive({ ran, waited }: Use): boolean {
  return (ran ?? 0) + (waited ?? 0) >= ACTIVE
}

function useOf(thread: Thread, seconds: number) {
  const share = (of: (sample: ThreadSample) => number | undefined) => {
    const ns = grownIn(thread, of)
    return ns === undefined || seconds <= 0 ? undefined : Math.min(100, ns / (1e7 * seconds))
  }
  return { ran: share((one) => one.ran), waited: share((one) => one.waited) }
}

/** Seconds on a CPU for each time it went to sleep. One that never sleeps has no turns. */
function turnOf(thread: Thread): number | undefined {
  const ran = grownIn(thread, (one) => one.ran)
  return ran === undefined || !thread.voluntary ? undefined : ran / 1e9 / thread.voluntary
}

/**
 * Where it sleeps most often. Half a dozen looks may all meet a thread that is busy nine tenths of the time at work; the first thread of
 * a program is then taken to wait for events where its other threads do, as runtimes with a loop (Node.js, Redis) have them.
 */
function turnEndsIn(thread: Thread, threads: readonly Thread[], pid: number): string | undefined {
  const [own] = channelsOf([thread])
  return own ?? (thread.tid === pid ? channelsOf(threads).find((channel) => channel.includes('poll')) : undefined)
}

/** Increase over the window; of a thread that came or went, over the part it was there. */
function grownIn({ samples }: Thread, of: (sample: ThreadSample) => number | undefined): number | undefined {
  const known = samples.filter((sample) => sample !== undefined)
  const [first, last] = [known[0], known.at(-1)].map((sample) => sample && of(sample))
  return first === undefined || last === undefined || last < first ? undefined : last - first
}

/** Locks and conditions at which threads meet: the queue at the longest in each sample. */
function waits(
  { threads, atMs }: SuspectHistory,
  seconds: number,
  uses: readonly Use[],
): Record<string, Value | undefined> {
  const readable = threads.some((thread) => thread.samples.some((sample) => sample?.call !== undefined))
  if (!readable) return {}
  const active = uses.flatMap((one) => (isActive(one) ? [one.thread] : []))
  const takeTurns = uses.flatMap(({ thread, ran }) => ((ran ?? 0) >= TAKES_TURNS ? [thread] : []))
  const known = new Set(threads.flatMap(wordsComeBackTo))
  const isLock = (call: WaitCall) => call.kind === 'lock' || (call.kind === 'either' && known.has(call.word))
  const isUnclear = (call: WaitCall) => call.kind === 'either' && !known.has(call.word)
  const isTimed = (call: WaitCall) => call.kind === 'condition' && call.timed
  const wordsAt = (i: number, wanted: (call: WaitCall) => boolean, among: readonly Thread[] = threads) =>
    waitersByWord(
      among.map((thread) => [thread, thread.samples[i]?.call ?? undefined] as const),
      wanted,
    )
  const queues = (wanted: (call: WaitCall) => boolean, among?: readonly Thread[]) =>
    atMs.map((_, i) => [...wordsAt(i, wanted, among).values()].sort((a, b) => b.length - a.length)[0] ?? [])
  const locks = queues(isLock)
  const met = new Set(locks.flatMap((queue) => (queue.length > 1 ? queue : [])))
  return {
    'suspect.lock_waiters': locks.map((queue) => queue.length),
    'suspect.locks': atMs.map((_, i) => wordsAt(i, isLock).size),
    'suspect.lock_still': threads.filter(isStill).length,
    'suspect.unclear_waiters': queues(isUnclear).map((queue) => queue.length),
    'suspect.timed_waiters': queues(isTimed, takeTurns).map((queue) => queue.length),
    'suspect.turn_waiters': atMs.map((_, i) => active.filter(({ samples }) => samples[i]?.call).length),
    'suspect.timed_turn_waiters': atMs.map((_, i) => active.filter(({ samples }) => samples[i]?.call?.timed).length),
    'suspect.lock_turns':
      met.size === 0
        ? undefined
        : perSecond(
            [...met].map((one) => one.voluntary),
            seconds,
          ),
  }
}

/** Words that look like a lock or a condition, of which this thread has shown that they are locks. */
function wordsComeBackTo({ samples }: Thread): readonly string[] {
  return samples.flatMap((sample, i) => {
    const before = samples[i - 1]
    const ran = before?.ran !== undefined && sample?.ran !== undefined && sample.ran > before.ran
    return sample?.call && comesBack(before?.call ?? undefined, sample.call, ran) ? [sample.call.word] : []
  })
}

/** In the same lock at every moment, without a single switch in between. */
function isStill({ samples, voluntary, involuntary }: Thread): boolean {
  const word = samples[0]?.call?.word
  return (
    samples.length > 1 &&
    voluntary === 0 &&
    involuntary === 0 &&
    samples.every((sample) => sample?.call?.kind === 'lock' && sample.call.word === word)
  )
}

function counted({ threads, atMs }: SuspectHistory, is: (sample: ThreadSample) => boolean): number[] | undefined {
  const channels = threads.some(({ samples }) => samples.some((one) => one?.channel !== undefined))
  const sleeps = threads.some(({ samples }) => samples.some((one) => one && 'SD'.includes(one.stat.state)))
  if (sleeps && !channels) return undefined
  return atMs.map((_, i) => threads.filter(({ samples }) => samples[i] && is(samples[i])).length)
}

function channelsOf(threads: readonly Thread[]): string[] {
  const counts = new Map<string, number>()
  for (const { samples } of threads)
    for (const sample of samples)
      if (sample?.channel !== undefined && sample.stat.state !== 'R')
        counts.set(sample.channel, (counts.get(sample.channel) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}

function ioOf({ io }: SuspectHistory, seconds: number): Record<string, number | undefined> {
  const grown = (...names: readonly string[]) => {
    const sums = [io[0], io.at(-1)].map((one) => total(names.map((name) => one?.get(name))))
    const [first, last] = sums
    return first === undefined || last === undefined || last < first ? undefined : last - first
  }
  const calls = grown('syscr', 'syscw')
  const bytes = grown('rchar', 'wchar')
  if (calls === undefined || bytes === undefined) return {}
  return { 'suspect.io_calls': calls / seconds, 'suspect.io_call_size': calls === 0 ? undefined : bytes / calls }
}

/** FIFO, RR and DEADLINE: a thread may have a policy that the first thread of its process has not. */
function isRealtime(thread: Thread): boolean {
  return REALTIME.has(lastOf(thread)?.stat.policy ?? 0)
}

function lastOf({ samples }: Thread): ThreadSample | undefined {
  return samples.findLast((sample) => sample !== undefined)
}

/** Of what is known; undefined where nothing is. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

function perSecond(values: readonly (number | undefined)[], seconds: number): number | undefined {
  const sum = total(values)
  return sum === undefined || seconds <= 0 ? undefined : sum / seconds
}
