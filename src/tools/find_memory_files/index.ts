// find over the descriptors of all processes, and stat of those that lead to memory files → memory held in them that nobody has mapped.
//   /proc/4242/fd/7 16384 512 1 8213                 blocks in use and their size, device and inode of /memfd:frame (deleted)
//   /proc/4242/status:Name:	frames
//   /proc/4242/status:PPid:	1
//   /proc/4242/status:RssShmem:	     128 kB           what it has mapped of all shared memory (HugetlbPages: of huge pages)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { findRequest, pair, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'

const MOST_INSTANCES = 16
const ARGUMENTS = [
  underProcesses('/(fd|status)(/[0-9]+)?'),
  // stat follows the link to the file itself: these are in memory, so it cannot hang.
  ['-o', '-type', 'l', '-lname', '/memfd:*', '-exec', 'stat', '-L', '-c', '%n %b %B %d %i', '{}', '+'],
  ['-o', '-name', 'status', '-exec', 'grep', '-H', '-E', '^(Name|PPid|RssShmem|HugetlbPages):', '{}', '+'],
].flat()

interface Held {
  readonly pid: string
  readonly file: string
  readonly bytes: number
}

export const source: Source = {
  id: 'find_memory_files',
  tier: 'run',
  tool: 'find',
  asks: 'Which process holds memory files (memfd) that nobody has mapped, and how much memory do they take?',
  gives: ['process.memory_files', 'process.memory_file_count'],
  requests: (_window, context) =>
    tooManyProcesses('descriptors are not listed', 'ls -l /proc/*/fd | grep memfd', context) ?? [
      findRequest(ARGUMENTS),
    ],
  parse: ([look]) => {
    const lines = (look?.text ?? '').split('\n')
    const names = new Map(lines.flatMap((line) => pair(/^\/proc\/(\d+)\/status:Name:\t(.*)$/.exec(line))))
    if (names.size === 0) return unavailable('not understood', 'find and grep printed no name of a process')
    const parents = new Map(lines.flatMap((line) => pair(/^\/proc\/(\d+)\/status:PPid:\t(\d+)$/.exec(line))))
    const mapped = mappedIn(lines)
    if (mapped.size === 0)
      return unavailable(
        'not supported',
        'before Linux 4.5 a process does not tell how much shared memory it has mapped',
      )
    const held = lines.flatMap((line) => heldOf(line) ?? [])
    const processes = byProcess(held, names, (pid) =>
      withChildren(pid, parents).map((one) => [one, mapped.get(one) ?? 0] as const),
    )
    return { instances: processes.slice(0, MOST_INSTANCES) }
  },
}

function heldOf(line: string): Held | undefined {
  const [, pid = '', blocks, size, device, inode] =
    /^\/proc\/(\d+)\/fd\/\d+ (\d{1,15}) (\d{1,6}) (\d+) (\d+)$/.exec(line) ?? []
  if (device === undefined) return undefined
  return { pid, file: `${device} ${inode}`, bytes: Number(blocks) * Number(size) }
}

/** A kernel thread has neither line. */
function mappedIn(lines: readonly string[]): ReadonlyMap<string, number> {
  const mapped = new Map<string, number>()
  for (const line of lines) {
    const [, pid, size] = /^\/proc\/(\d+)\/status:(?:RssShmem|HugetlbPages):\s*(\d{1,15}) kB$/.exec(line) ?? []
    if (pid !== undefined) mapped.set(pid, (mapped.get(pid) ?? 0) + Number(size) * 1024)
  }
  return mapped
}

/** The memory of a sandbox is a file of its supervisor that only the children have mapped. */
function withChildren(pid: string, parents: ReadonlyMap<string, string>): readonly string[] {
  const found = [pid]
  for (const one of found)
    for (const [child, parent] of parents) if (parent === one && !found.includes(child)) found.push(child)
  return found
}

/** What it, its children, or another one that holds one of its files, has mapped is a heap or a buffer at work, and in a resident set. */
function byProcess(
  held: readonly Held[],
  names: ReadonlyMap<string, string>,
  mappedBy: (pid: string) => readonly (readonly [pid: string, bytes: number])[],
): Instance[] {
  const holders = new Map<string, Set<string>>()
  for (const { file, pid } of held) holders.set(file, (holders.get(file) ?? new Set<string>()).add(pid))
  return [...new Set(held.map(({ pid }) => pid))]
    .map((pid) => {
      const files = new Map(held.flatMap((one) => (one.pid === pid ? [[one.file, one.bytes] as const] : [])))
      const sharers = new Set([...files.keys()].flatMap((file) => [...(holders.get(file) ?? [])]))
      const users = new Map([...sharers].flatMap(mappedBy))
      const inUse = [...users.values()].reduce((sum, one) => sum + one, 0)
      const bytes = [...files.values()].reduce((sum, one) => sum + one, 0)
      return { pid, count: files.size, bytes: Math.max(0, bytes - inUse) }
    })
    .toSorted((a, b) => b.bytes - a.bytes || Number(a.pid) - Number(b.pid))
    .map(({ pid, count, bytes }) => ({
      domain: 'process' as const,
      name: pid,
      labels: { pid, ...(names.has(pid) ? { comm: names.get(pid) ?? '' } : {}) },
      values: { 'process.memory_files': bytes, 'process.memory_file_count': count },
    }))
}
