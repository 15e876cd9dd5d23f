// The name of a kernel function → a back end that measures its calls: kprobes at its entry and return, counted by hist triggers in the kernel.
//   kprobe_events:  p:{id}/in vfs_fsync_range      r:{id}/out vfs_fsync_range comm=$comm
import type { BackEnd } from '../model/probe.ts'
import { histTrigger } from './hist-trigger.ts'
import type { Pairs } from './question.ts'
import type { Reader } from './reading.ts'

export interface FunctionOptions {
  readonly id?: string
  /** Exported, never inlined, never one of the kernel's own tracing, locking or scheduling (safety S6). */
  readonly function: string
  readonly mostEvents?: number
  readonly read: Reader
}

/** An entry and a return; kprobes cost more than tracepoints. */
const MICROSECONDS = 1.5

/** Rows by `pid` and `comm`. Tried in the lab: a kernel's name of who runs is a field of the kprobe, which a synthetic event takes as `char[]` only. */
export function functionTime(options: FunctionOptions): BackEnd {
  const question: Pairs = {
    kind: 'pairs',
    start: [{ event: '{id}:in', key: ['@pid'] }],
    end: [{ event: '{id}:out', key: ['@pid'] }],
    labels: { pid: { field: '@pid' }, comm: { field: 'comm', type: 'char[]' } },
  }
  return histTrigger({
    id: options.id ?? 'kprobe',
    question,
    mechanism: 'kprobe',
    microseconds: MICROSECONDS,
    events: [],
    define: [
      { file: 'kprobe_events', line: `p:{id}/in ${options.function}`, name: '{id}/in' },
      { file: 'kprobe_events', line: `r:{id}/out ${options.function} comm=$comm`, name: '{id}/out' },
    ],
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    read: options.read,
  })
}
