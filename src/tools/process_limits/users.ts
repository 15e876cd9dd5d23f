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

/**
 * What each process has of the tasks of a user: its own threads, and the children of one name it has started most of. Jobs that never end
 * are the work of who starts them, also when that is another user; children of init are nobody's.
 */
export function tasksOf(processes: readonly Limited[], uid: number): ReadonlyMap<number, number> {
  const own = new Map<number, number>()
  const started = new Map<string, { readonly parent: number; readonly tasks: number }>()
  for (const one of processes) {
    if (one.uid !== uid) continue
    own.set(one.pid, one.threads)
    if (one.parent <= 1) continue
    const key = `${one.parent} ${one.comm}`
    started.set(key, { parent: one.parent, tasks: (started.get(key)?.tasks ?? 0) + one.threads })
  }
  const most = new Map<number, number>()
  for (const { parent, tasks } of started.values()) most.set(parent, Math.max(most.get(parent) ?? 0, tasks))
  return new Map(
    processes.flatMap(({ pid }) => {
      const tasks = (own.get(pid) ?? 0) + (most.get(pid) ?? 0)
      return tasks > 0 ? [[pid, tasks] as const] : []
    }),
  )
}
