// The text of a scan look (one record per process) → processes. On a host of 5,000 this is the hot path: digits are read in place.
//   4242 (a) R 1 (b) S 4100 4242 4100 34816 4242 4194304 931 0 2 0 14 6 0 0 20 0 1 0 181234 5672960 402 1844… NUL 20124 881 35 LF NUL LF
//   pid (comm) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority nice threads
//   itrealvalue starttime vsize rss rsslim … 39 processor, 40 rt_priority, 41 policy, 42 blkio, 43 guest_time; then each file asked for, closed by a NUL

export interface ProcessRecord {
  readonly pid: number
  readonly comm: string
  readonly state: string
  readonly parent: number
  readonly flags: number
  readonly minorFaults: number
  readonly majorFaults: number
  /** Minor faults of children that ended and were waited for, and of theirs: whoever ran had some. */
  readonly childFaults: number
  /** CPU time in ticks, ended threads included. */
  readonly user: number
  readonly system: number
  /** The part of `user` that a virtual machine used. */
  readonly guest: number
  /** CPU time in ticks of children that ended and were waited for, and of theirs. */
  readonly children: number
  readonly threads: number
  /** Ticks after boot. */
  readonly start: number
  readonly residentPages: number
  readonly policy: number
  /** Contents of the files asked for, in order; empty where one could not be read. */
  readonly files: readonly string[]
}

/** PF_KTHREAD. */
const KERNEL_THREAD = 0x0020_0000

export function isKernelThread({ flags }: ProcessRecord): boolean {
  return (flags & KERNEL_THREAD) !== 0
}

const PARENT = 4,
  FLAGS = 9,
  MINOR = 10,
  CHILD_MINOR = 11,
  MAJOR = 12,
  USER = 14,
  SYSTEM = 15,
  CHILDREN_USER = 16,
  CHILDREN_SYSTEM = 17,
  THREADS = 20,
  START = 22,
  RESIDENT = 24,
  POLICY = 41,
  GUEST = 43
const SPACE = 32,
  MINUS = 45,
  ZERO = 48,
  NINE = 57

/** `count`: how many files were asked for. Records that do not fit the grammar are left out. */
export function scan(text: string, count: number): ProcessRecord[] {
  const found: ProcessRecord[] = []
  const fields = new Float64Array(GUEST + 1)
  let from = 0
  while (from < text.length) {
    const end = text.indexOf('\0', from)
    if (end < 0) break
    const contents: string[] = []
    let at = end + 1
    for (let i = 0; i < count; i++) {
      const close = text.indexOf('\0', at)
      if (close < 0) return found
      contents.push(text.slice(at, close))
      at = close + 1
    }
    const record = parseStat(text, from, end, fields, contents)
    if (record) found.push(record)
    // The line feed after the last NUL.
    from = at + 1
  }
  return found
}

function parseStat(
  text: string,
  from: number,
  end: number,
  fields: Float64Array,
  files: readonly string[],
): ProcessRecord | undefined {
  const open = text.indexOf('(', from)
  // The last one: a name may hold any characters but NUL.
  const close = text.lastIndexOf(')', end)
  if (open < 0 || close < open || open > from + 12) return undefined
  const pid = Number(text.slice(from, open))
  if (!Number.isInteger(pid) || pid <= 0 || !readNumbers(text, close + 4, end, fields)) return undefined
  const field = (at: number) => fields[at] ?? 0
  return {
    pid,
    comm: text.slice(open + 1, close),
    state: text.charAt(close + 2),
    parent: field(PARENT),
    flags: field(FLAGS),
    minorFaults: field(MINOR),
    majorFaults: field(MAJOR),
    childFaults: field(CHILD_MINOR),
    user: field(USER),
    system: field(SYSTEM),
    guest: field(GUEST),
    children: field(CHILDREN_USER) + field(CHILDREN_SYSTEM),
    threads: field(THREADS),
    start: field(START),
    residentPages: field(RESIDENT),
    policy: field(POLICY),
    files,
  }
}

/** Numbers from field 4 up to the guest's time, one space between; false when there are fewer or anything else is there. */
function readNumbers(text: string, from: number, end: number, fields: Float64Array): boolean {
  let at = from
  for (let field = PARENT; field <= GUEST; field++) {
    const negative = text.charCodeAt(at) === MINUS
    if (negative) at++
    const first = at
    let value = 0
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code < ZERO || code > NINE) break
      value = value * 10 + code - ZERO
    }
    if (at === first || at >= end || (field < GUEST && text.charCodeAt(at) !== SPACE)) return false
    fields[field] = negative ? -value : value
    at++
  }
  return true
}
