// Counters of threads and processes at each sample → one number for each interval; states at each sample → shares and names.
import type { History, ThreadHistory } from './history.ts'

type Cells = readonly (number | undefined)[]

/** The increase in each interval per second; undefined where either end is missing or the counter went down. */
export function perSecond(values: Cells, atMs: readonly number[]): (number | undefined)[] {
  return atMs.slice(1).map((at, i) => {
    const [before, after] = [values[i], values[i + 1]]
    const seconds = (at - (atMs[i] ?? at)) / 1000
    return before !== undefined && after !== undefined && after >= before && seconds > 0
      ? (after - before) / seconds
      : undefined
  })
}

/** Of several series the sum, or the largest, in each interval; intervals nobody knows are left out, none at all is no series. */
export function combined(series: readonly Cells[], how: 'sum' | 'max'): number[] | undefined {
  const length = Math.max(0, ...series.map((one) => one.length))
  const found = Array.from({ length }, (_, i) => series.flatMap((one) => one[i] ?? [])).filter(
    (cells) => cells.length > 0,
  )
  const values = found.map((cells) => cells.reduce((a, b) => (how === 'sum' ? a + b : Math.max(a, b)), 0))
  return values.length > 0 ? values : undefined
}

/** Percent of one CPU. A thread cannot have had more than all of the time: the rest is the jitter of the samples. */
export function waiting(thread: ThreadHistory, { atMs }: History): (number | undefined)[] {
  return perSecond(thread.waited, atMs).map((ns) => (ns === undefined ? undefined : Math.min(100, ns / 1e7)))
}

export function running(thread: ThreadHistory, { atMs }: History, ticks: number): (number | undefined)[] {
  const precise = perSecond(thread.ran, atMs).map((ns) => (ns === undefined ? undefined : Math.min(100, ns / 1e7)))
  if (precise.some((value) => value !== undefined)) return precise
  return perSecond(
    thread.stats.map((stat) => stat && stat.user + stat.system),
    atMs,
  ).map((used) => (used === undefined ? undefined : Math.min(100, (100 * used) / ticks)))
}

/** Percent of all samples of the process in which a thread of it was in this state; of the thread that had most. */
export function shareIn({ threads, stats }: History, state: string): number {
  const samples = stats.filter((stat) => stat !== undefined).length
  const most = Math.max(0, ...threads.map((thread) => thread.stats.filter((stat) => stat?.state === state).length))
  return samples === 0 ? 0 : Math.min(100, (100 * most) / samples)
}

/** Where the threads slept, most often first; with any in uninterruptible sleep only those count: an idle pool would outvote them. */
export function channelsOf(histories: readonly History[]): string[] {
  const slept = histories.flatMap(({ threads }) =>
    threads.flatMap((thread) =>
      thread.channels.flatMap((name, i) =>
        name === undefined ? [] : [{ name, deep: thread.stats[i]?.state === 'D' }],
      ),
    ),
  )
  const counted = slept.some(({ deep }) => deep) ? slept.filter(({ deep }) => deep) : slept
  const counts = new Map<string, number>()
  for (const { name } of counted) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}
