// Text of /proc/self/mountstats → counters of each NFS mount, summed over its operations and its connections.
//   device 127.0.0.1:/ mounted on /mnt/nfs with fstype nfs4 statvers=1.1
//   	xprt:	tcp 0 0 2 0 0 37 37 0 37 0 2 0 0
//   	       WRITE: 17 17 0 4197780 3128 113 250 365 0

export interface MountStats {
  readonly device: string
  readonly operations: number | undefined
  readonly transmissions: number | undefined
  readonly queueMs: number | undefined
  readonly rttMs: number | undefined
  readonly executeMs: number | undefined
  readonly connects: number | undefined
  readonly sends: number | undefined
  readonly replies: number | undefined
}

const HEAD = /^device (.+) mounted on (.+) with fstype (\S+)(?: statvers=([\d.]+))?$/
/** The statistics' layout has been the same since statvers=1.1 (Linux 2.6.17); later versions only add columns. */
const KNOWN = /^1\.[1-9]/

/** Mount point → counters; of two mounts on one path the upper one, which comes last. */
export function mountsOf(text: string): Map<string, MountStats> {
  const found = new Map<string, MountStats>()
  for (const block of text.split(/^(?=device )/m)) {
    const [head = '', ...lines] = block.split('\n')
    const match = HEAD.exec(head)
    if (!match || !/^nfs4?$/.test(match[3] ?? '') || !KNOWN.test(match[4] ?? '')) continue
    const stats = statsOf(match[1] ?? '', lines)
    if (stats) found.set(unescaped(match[2] ?? ''), stats)
  }
  return found
}

function statsOf(device: string, lines: readonly string[]): MountStats | undefined {
  const from = lines.findIndex((line) => line.trim() === 'per-op statistics')
  if (from < 0) return undefined
  const operations = lines.slice(from + 1).flatMap((line) => {
    const match = /^\s+[A-Z][A-Z0-9_]*: (\d[\d ]*)$/.exec(line)
    const cells = (match?.[1] ?? '').trim().split(' ')
    return match && cells.length >= 8 ? [cells] : []
  })
  if (operations.length === 0) return undefined
  const column = (at: number) => total(operations.map((cells) => cells[at]))
  const transports = lines.flatMap((line) => {
    const match = /^\s+xprt:\s+(\S+) (.*)$/.exec(line)
    return match ? [{ kind: match[1] ?? '', cells: (match[2] ?? '').trim().split(/\s+/) }] : []
  })
  // UDP has no connection: port, bind count, sent, received. Others: port, bind count, connects, connect time, idle time, sent, received.
  const over = (udp: number | undefined, other: number) =>
    transports.length === 0
      ? undefined
      : total(
          transports.map(({ kind, cells }) => (kind === 'udp' ? (udp === undefined ? '0' : cells[udp]) : cells[other])),
        )
  return {
    device,
    operations: column(0),
    transmissions: column(1),
    queueMs: column(5),
    rttMs: column(6),
    executeMs: column(7),
    connects: over(undefined, 2),
    sends: over(2, 5),
    replies: over(3, 6),
  }
}

/** A counter that wrapped below zero is no number any more: then neither is the sum. */
function total(cells: readonly (string | undefined)[]): number | undefined {
  let sum = 0
  for (const cell of cells) {
    const value = cell !== undefined && /^\d+$/.test(cell) ? Number(cell) : Number.NaN
    if (!Number.isSafeInteger(value)) return undefined
    sum += value
  }
  return sum
}

function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
}
