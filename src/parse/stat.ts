// /proc/PID/stat or /proc/PID/task/TID/stat → what is needed of one task. For all processes at once there is scan.ts.
//   4242 (a) R 1 (b) S 4100 4242 4100 34816 4242 4194304 931 0 2 0 14 6 0 0 20 0 1 0 181234 5672960 402 18446744073709551615 …
//   pid (comm) state ppid … 10 minflt, 12 majflt, 14 utime, 15 stime, 19 nice, 20 num_threads, 22 starttime, 24 rss, 40 rt_priority, 41 policy

/** Scheduling policies that run before every normal task: FIFO, RR, DEADLINE. */
export const REALTIME: ReadonlySet<number> = new Set([1, 2, 6])

export interface TaskStat {
  readonly pid: number
  readonly comm: string
  readonly state: string
  readonly minorFaults: number
  readonly majorFaults: number
  /** Ticks. */
  readonly user: number
  readonly system: number
  readonly nice: number
  readonly threads: number
  /** Ticks after boot. */
  readonly start: number
  readonly residentPages: number
  readonly realtimePriority: number
  readonly policy: number
}

const LAST = 41

export function taskStat(text: string | undefined): TaskStat | undefined {
  if (text === undefined) return undefined
  const open = text.indexOf(' (')
  // The last one: a name may hold any characters.
  const close = text.lastIndexOf(') ')
  const pid = text.slice(0, open)
  if (open < 1 || close < open || !/^\d+$/.test(pid)) return undefined
  const [state = '', ...rest] = text
    .slice(close + 2)
    .trim()
    .split(' ')
  if (
    !/^[A-Za-z]$/.test(state) ||
    rest.length < LAST - 3 ||
    !rest.slice(0, LAST - 3).every((cell) => /^-?\d+$/.test(cell))
  )
    return undefined
  const at = (field: number) => Number(rest[field - 4])
  const counters = [10, 12, 14, 15, 20, 22, 24, 40, 41].map(at)
  if (counters.some((value) => value < 0)) return undefined
  return {
    pid: Number(pid),
    comm: text.slice(open + 2, close),
    state,
    minorFaults: at(10),
    majorFaults: at(12),
    user: at(14),
    system: at(15),
    nice: at(19),
    threads: at(20),
    start: at(22),
    residentPages: at(24),
    realtimePriority: at(40),
    policy: at(41),
  }
}
