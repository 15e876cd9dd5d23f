// A program asked after the trace for names that were not in it: what went away meanwhile makes it end with 1.
import type { RunAct } from '../model/probe.ts'

export function askedAfter(argv: RunAct['argv']): RunAct {
  return { kind: 'run', argv, lastsMs: 0, graceMs: 5000, tracing: false, accept: [1] }
}
