// Samples of the CPUs, or of every n-th event, with their call stacks: a back end by perf record -g; perf script → folded stacks.
//   dd  4211 [001] 11958.198089:          1 cpu-clock:pppH:
//           ffffffff813a83e5 ksys_read+0x85 ([kernel.kallsyms])
//           5581c0de main+0x10 (/usr/bin/dd)
import { foldPerfScript } from '../flame/index.ts'
import type { BackEnd, RunAct } from '../model/probe.ts'
import { unavailable } from '../model/unavailable.ts'
import { spoiled } from './outcome.ts'
import { lostRecords, recordAct } from './perf-log.ts'
import type { Reader } from './reading.ts'

export interface SampleOptions {
  readonly id?: string
  /** Default: the CPUs, 99 times a second; else an event: `['-e', 'page-faults', '-c', '100']`. */
  readonly event?: readonly string[]
  readonly events?: readonly string[]
  /** What a stack weighs: the events its samples stand for (with -c 100, 100 each), not the samples. */
  readonly period?: boolean
  readonly microseconds: number
  readonly mostEvents?: number
  readonly read: Reader
}

const SCRIPT_GRACE_MS = 60_000
const SCRIPT_CAP = 64 * 2 ** 20

export function perfSample(options: SampleOptions): BackEnd {
  const event = options.event ?? ['-F', '99']
  return {
    id: options.id ?? 'perf',
    instrument: 'perf',
    mechanism: options.event === undefined ? 'sampling' : 'tracepoint',
    tools: ['perf'],
    events: options.events ?? [],
    microseconds: options.microseconds,
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    acts: (plan, tool) => [
      recordAct(
        [...event, '-g', ...(plan.pid === undefined ? ['-a'] : ['-p', String(plan.pid)])],
        { ...plan, rate: 0 },
        tool,
      ),
      stacksAct(tool, options.period ?? false),
    ],
    read: (looks) => {
      const bad = spoiled(looks, 2)
      if (bad) return bad
      const folder = foldPerfScript({ weight: options.period ? 'period' : 'samples' })
      folder.push(Buffer.from(looks[1]?.text ?? ''))
      const stacks = folder.end()
      return stacks.stacks.length === 0 && (stacks.unread ?? 0) > 0
        ? unavailable('not understood', 'what perf script printed are no stacks')
        : options.read({ stacks })
    },
    lost: lostRecords,
  }
}

function stacksAct(tool: string, period: boolean): RunAct {
  const fields = `comm,pid,tid,cpu,time,${period ? 'period,' : ''}event,ip,sym,dso`
  return {
    kind: 'run',
    argv: [tool, 'script', '--show-lost-events', '-i', '{scratch}/perf.data', '-F', fields],
    lastsMs: 0,
    graceMs: SCRIPT_GRACE_MS,
    tracing: false,
    cap: SCRIPT_CAP,
  }
}
