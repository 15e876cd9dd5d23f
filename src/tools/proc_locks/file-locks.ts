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
  readonly behind: number
}

const LINE = /^(\d+):\s+(->\s+)?\w+\s+\w+\s+\w+\s+(-?\d+)\s+(\S+)\s/

/** Undefined when it is not understood. */
export function queues(text: string | undefined): readonly Queue[] | undefined {
  const locks = new Map<string, { file: string; holder: number; behind: number }>()
  for (const line of (text ?? '').split('\n').filter((one) => one.trim() !== '')) {
    const [, id = '', arrow, holder = '', file = ''] = LINE.exec(line) ?? []
    if (id === '') return undefined
    const known = locks.get(id)
    if (arrow === undefined) locks.set(id, { file, holder: Number(holder), behind: 0 })
    else if (known) known.behind++
  }
  return [...locks.values()].filter(({ behind }) => behind > 0)
}
