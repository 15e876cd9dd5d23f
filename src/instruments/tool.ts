// A tool of libbpf-tools or bcc that prints what we want to know → a back end.
import type { BackEnd, Instrument, Mechanism, Plan } from '../model/probe.ts'
import type { Unavailable } from '../model/unavailable.ts'
import { readLog2 } from './log2-text.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'

export interface ToolOptions {
  readonly id?: string
  /** Its name upstream: `runqlat`. */
  readonly tool: string
  readonly mechanism?: Mechanism
  /** After the name: `['-D', '{seconds}', '1']`; `{seconds}` is put in. */
  readonly args: readonly string[]
  /** Added when only one process is asked for: `['-p', '{pid}']`. Absent: it cannot. */
  readonly pidArgs?: readonly string[]
  readonly events: readonly string[]
  readonly microseconds: number
  readonly mostEvents?: number
  /** Default: log2 histograms. */
  readonly parse?: (text: string) => Measured | Unavailable
  readonly read: Reader
}

/** What every one of them prints before it traces: an empty table after it is an answer. */
const STARTED = /^Tracing|^Measuring|Hit Ctrl-C/m

/** libbpf-tools: plain names in Debian; `bpf-NAME` in Alpine and the Fedora package of that name. They need BTF, nothing else. */
export function libbpfTool(options: ToolOptions): BackEnd {
  return tool(options, 'libbpf-tools', [options.tool, `bpf-${options.tool}`], 10_000)
}

/** bcc: Python programs that compile at the start, 1 to 3 s; kernel headers must be there. RHEL, SUSE and Arch keep them in a folder of their own. */
export function bccTool(options: ToolOptions): BackEnd {
  return tool(options, 'bcc', [`${options.tool}-bpfcc`, `/usr/share/bcc/tools/${options.tool}`], 60_000)
}

function tool(options: ToolOptions, instrument: Instrument, tools: readonly string[], graceMs: number): BackEnd {
  const parse = options.parse ?? ((text: string) => readLog2(text, { started: STARTED }))
  return {
    id: options.id ?? instrument,
    instrument,
    mechanism: options.mechanism ?? 'tracepoint',
    tools,
    events: options.events,
    microseconds: options.microseconds,
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    acts: (plan, path) => [
      { kind: 'run', argv: [path, ...filled(options, plan)], lastsMs: whole(plan) * 1000, graceMs, tracing: true },
    ],
    read: (looks) => {
      const found = spoiled(looks) ?? parse(looks[0]?.text ?? '')
      return 'unavailable' in found ? found : options.read(found)
    },
  }
}

function whole({ seconds }: Plan): number {
  return Math.max(1, Math.round(seconds))
}

function filled({ args, pidArgs }: ToolOptions, plan: Plan): readonly string[] {
  const all = plan.pid === undefined ? args : [...(pidArgs ?? []), ...args]
  return all.map((arg) => arg.replace('{seconds}', String(whole(plan))).replace('{pid}', String(plan.pid)))
}
