// Processes with their user and task limit → the user nearest to its limit. Root is not held to one.
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import type { Limited } from './limited.ts'

export interface UserTasks {
  /** Number of the user: names are in files a reader does not open. */
  readonly name: string
  readonly uid: number
  readonly tasks: number
  readonly limit: number
}

export function nearestUser(processes: readonly Limited[]): UserTasks | Unavailable {
  const tasks = new Map<number, number>()
  const limits = new Map<number, number>()
  for (const { uid, threads, taskLimit } of processes) {
    if (uid === undefined || uid === 0) continue
    tasks.set(uid, (tasks.get(uid) ?? 0) + threads)
    if (taskLimit !== undefined) limits.set(uid, Math.min(limits.get(uid) ?? Infinity, taskLimit))
  }
  const users = [...limits]
    // A limit of 0 is a service that is not meant to fork: it wants none.
    .filter(([, limit]) => limit > 0)
    .map(([uid, limit]) => ({ name: `uid ${uid}`, uid, tasks: tasks.get(uid) ?? 0, limit }))
    .toSorted((a, b) => b.tasks / b.limit - a.tasks / a.limit)
  return users[0] ?? unavailable('nothing to measure', 'no process of a user other than root has a task limit')
}
