// The name of a kernel function → a back end by the function_graph tracer in a private instance, with only that function in its filter.
//   # tracer: function_graph
//   #  CPU  TASK/PID         DURATION                  FUNCTION CALLS
//    0)   dd-4211     | # 4012.7 us |  vfs_fsync_range();
import { distributionOf } from '../model/distribution.ts'
import type { BackEnd } from '../model/probe.ts'
import type { Row } from '../model/tally.ts'
import { bufferKb, overruns, traceOf } from './ftrace-log.ts'
import { eachLine } from './log.ts'
import type { Measured } from './measured.ts'
import type { FunctionOptions } from './function-time.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

/** Both ends are caught without a trap, but written out. */
const MICROSECONDS = 0.6
const MOST_EVENTS = 10_000
const CALL =
  /^ *\d+\) +(?:(.{1,16}?)-(\d+) +\| +)?(?:[$@*#!+] ?)? *(\d+(?:\.\d+)?) us +\| +(?:([\w.]+)\(\);|\}(?: \/\* ([\w.]+).*\*\/)?)/

/** Kernels before 6.11 refuse this tracer in an instance; the global one is not ours to take. */
export function functionGraph(options: FunctionOptions): BackEnd {
  return {
    id: options.id ?? 'graph',
    instrument: 'ftrace',
    mechanism: 'graph',
    events: [],
    microseconds: MICROSECONDS,
    mostEvents: options.mostEvents ?? MOST_EVENTS,
    acts: (plan) => [
      {
        kind: 'ftrace',
        lastsMs: plan.seconds * 1000,
        bufferKb: bufferKb(plan),
        // The filter first: without it every function of the kernel would be traced.
        write: [
          ['set_ftrace_filter', options.function],
          ['current_tracer', 'function_graph'],
          ['options/funcgraph-proc', '1'],
          ...(plan.pid === undefined ? [] : [['set_ftrace_pid', String(plan.pid)] as const]),
        ],
        read: ['trace', 'per_cpu/cpu*/stats'],
      },
    ],
    read: (looks) => {
      const text = traceOf(looks)
      const found = typeof text === 'string' ? readGraph(text) : text
      return 'unavailable' in found ? found : options.read(found)
    },
    lost: overruns,
  }
}

/** Durations of calls; a call that had begun before, or had not ended, has none. */
export function readGraph(text: string): Measured | Unavailable {
  if (!text.includes('tracer: function_graph'))
    return unavailable('not understood', 'the trace is not one of function_graph')
  const rows: Row[] = []
  const values: number[] = []
  for (const line of eachLine(text)) {
    const [, comm, pid, duration] = CALL.exec(line) ?? []
    if (duration === undefined) continue
    const seconds = Number(duration) / 1e6
    values.push(seconds)
    if (comm !== undefined && pid !== undefined) rows.push({ labels: { pid, comm }, count: 1, seconds })
  }
  return { histogram: distributionOf(values, 1e-6), parts: [], rows }
}
