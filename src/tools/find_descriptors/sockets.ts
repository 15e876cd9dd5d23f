// Inodes of sockets + find over the descriptors of all processes → the process that holds each.
//   /proc/4242/fd/5 socket:[81233] NUL
import type { Observation } from '../../model/observation.ts'
import type { RunRequest } from '../../model/source.ts'
import { findRequest, underProcesses } from '../../parse/proc-find.ts'

const MOST_SOCKETS = 16

export function holdersRequest(inodes: readonly string[]): RunRequest {
  const wanted = inodes.filter((inode) => /^[1-9]\d*$/.test(inode)).slice(0, MOST_SOCKETS)
  const names = wanted.flatMap((inode, i) => [...(i > 0 ? ['-o'] : []), '-lname', `socket:[[]${inode}]`])
  const held = ['-o', '-path', '*/fd/*', '(', ...names, ')', '-printf', '%p %l\\0']
  return findRequest([...underProcesses('/fd(/[0-9]+)?'), ...held])
}

/** Inode → pids, the oldest first; init only passes sockets on. */
export function holdersIn(look: Observation | undefined): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const line of (look?.text ?? '').split('\0')) {
    const [, pid, inode] = /^\s*\/proc\/(\d+)\/fd\/\d+ socket:\[(\d+)\]$/.exec(line) ?? []
    if (pid === undefined || inode === undefined) continue
    const pids = found.get(inode) ?? []
    if (!pids.includes(Number(pid))) found.set(inode, [...pids, Number(pid)])
  }
  const age = (pid: number) => (pid === 1 ? Infinity : pid)
  return new Map([...found].map(([inode, pids]) => [inode, pids.toSorted((a, b) => age(a) - age(b))]))
}
