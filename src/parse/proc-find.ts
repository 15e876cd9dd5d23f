// find over the folders of processes: where it looks, how it is run, and what its pairs of cells are.
import type { Context } from '../model/context.ts'
import type { RunRequest } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

/** 0.2 to 0.3 ms a process (measured): among thousands it would cost more than the answer is worth. */
const MANY_PROCESSES = 1000

/** `/fd(/[0-9]+)?` → the paths of all processes, their folders `fd`, and what is in these; nothing else is gone into. */
export function underProcesses(below: string): readonly string[] {
  const depth = ['/proc', '-mindepth', '1', '-maxdepth', '3', '-regextype', 'posix-extended']
  return [...depth, '!', '-regex', `/proc/[0-9]+(${below})?`, '-prune']
}

/** A process that ended meanwhile, or of another user, makes it end with 1. */
export function findRequest(argv: readonly string[]): RunRequest {
  return { kind: 'run', argv: ['find', ...argv], at: 'start', accept: [1] }
}

/** Why it is not run; undefined where there are few enough. `what`: `descriptors are not listed`. */
export function tooManyProcesses(what: string, command: string, { processes }: Context): Unavailable | undefined {
  return processes > MANY_PROCESSES
    ? unavailable('not measured', `among more than 1,000 processes ${what}`, command)
    : undefined
}

/** A match of key and value, for a map. */
export function pair(cells: RegExpExecArray | null): [string, string][] {
  return cells ? [[cells[1] ?? '', cells[2] ?? '']] : []
}
