// /proc/locks → holders of file locks and how many wait behind each; the longest queue.
//   1: FLOCK  ADVISORY  WRITE 27890 fe:00:2149837 0 EOF
//   1: -> FLOCK  ADVISORY  WRITE 28160 fe:00:2149837 0 EOF          waits for it
//   1:  -> FLOCK  ADVISORY  WRITE 29242 fe:00:2149837 0 EOF

/** A lock that somebody waits for. */
export interface Queue {
  /** Device and inode. */
  readonly file: string
  /** Process; 0 or less where it has none: a lock of an open file, or of another namespace. */
  readonly holder: number
  /** Processes that wait for it. */
  readonly behind: readonly number[]
}

const LINE = /^(\d+):\s+(->\s+)?\w+\s+\w+\s+\w+\s+(-?\d+)\s+(\S+)\s/

/** Undefined when it is not understood. */
export function queues(text: string | undefined): readonly Queue[] | undefined {
  const locks = new Map<string, { file: string; holder: number; behind: number[] }>()
  for (const line of (text ?? '').split('\n').filter((one) => one.trim() !== '')) {
    const [, id = '', arrow, process = '', file = ''] = LINE.exec(line) ?? []
    if (id === '') return undefined
    const known = locks.get(id)
    if (arrow === undefined) locks.set(id, { file, holder: Number(process), behind: [] })
    else if (known) known.behind.push(Number(process))
  }
  return [...locks.values()].filter(({ behind }) => behind.length > 0)
}

/** Processes each of which waits for a lock of the next: none of them will ever get on. */
export function inCycles(all: readonly Queue[]): ReadonlySet<number> {
  const waitsFor = new Map<number, number[]>()
  for (const { holder, behind } of all)
    for (const pid of holder > 0 ? behind : []) waitsFor.set(pid, [...(waitsFor.get(pid) ?? []), holder])
  return new Set([...waitsFor.keys()].filter((pid) => reaches(pid, pid, waitsFor)))
}

function reaches(from: number, to: number, waitsFor: ReadonlyMap<number, readonly number[]>): boolean {
  const seen = new Set<number>()
  const next = [...(waitsFor.get(from) ?? [])]
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    if (pid === to) return true
    if (!seen.has(pid)) next.push(...(waitsFor.get(pid) ?? []))
    seen.add(pid)
  }
  return false
}
