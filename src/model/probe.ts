// Probe: one question only instrumentation can answer, and the back ends (instruments) that answer it. Declared as data; no side effects.
import type { Context } from './context.ts'
import type { Observation } from './observation.ts'
import type { Reading } from './source.ts'
import type { Unavailable } from './unavailable.ts'

/** Who does the measuring. */
export type Instrument =
  | 'bpftrace' // our own programs
  | 'libbpf-tools'
  | 'ftrace' // tracefs in a private instance: an event log, or a hist trigger
  | 'perf'
  | 'trace-cmd'
  | 'perf-tools'
  | 'bcc'
  | 'systemtap'
  | 'lttng'

/** What the kernel must let us do; tested by doing it once, for each instrument. */
export type Mechanism =
  | 'tracepoint'
  | 'kprobe'
  | 'uprobe'
  | 'sampling'
  | 'histogram' // hist triggers
  | 'synthetic' // hist triggers with synthetic events
  | 'graph' // function_graph
  | 'module'

/** Share of one CPU it is predicted to take: below 0.1 %, 1 %, 5 %; above, or not known. */
export type Overhead = 'negligible' | 'low' | 'medium' | 'high'

/**
 * A program that runs to its end. Acts of a back end follow each other. In argv, `{scratch}`: a private directory, removed after the row;
 * `{id}`: a name nobody else has, the same in all acts of the row.
 */
export interface RunAct {
  readonly kind: 'run'
  readonly argv: readonly [string, ...string[]]
  /** Standard input: our own program text. Never made of anything the host said (T04). */
  readonly input?: string
  /** How long it lasts when all is well; past it, `graceMs` (default 10,000: attaching and detaching) until it is stopped. */
  readonly lastsMs: number
  readonly graceMs?: number
  /** It lasts until the trigger of its task comes, `lastsMs` at most: what was started before it records into a ring meanwhile. */
  readonly armed?: true
  /** True while it instruments the kernel: the guard watches it. False: it only prints what was recorded. */
  readonly tracing: boolean
  /** Exit statuses that are not failures beside 0. At its deadline it gets SIGINT first: tracers print what they have. */
  readonly accept?: readonly number[]
  /** What it leaves in the kernel beyond its own end, noted before it starts and taken back after the row: an LTTng session (its name has `{id}` in it), a module of SystemTap. */
  readonly leaves?: readonly { readonly kind: 'lttng' | 'module'; readonly name: string }[]
  /** Bytes of output kept. Default 4 MiB. */
  readonly cap?: number
}

/**
 * A private Ftrace instance: written to, left to record, read, removed. Paths are relative to the instance.
 * `{id}` in any text: a name nobody else has, for what is global (synthetic events, kprobes).
 */
export interface FtraceAct {
  readonly kind: 'ftrace'
  readonly lastsMs: number
  /** It records until the trigger of its task comes, `lastsMs` at most, and the oldest events give way. */
  readonly armed?: true
  readonly bufferKb: number
  /** Definitions at the top of tracefs, `kprobe_events`, `uprobe_events` or `synthetic_events`: one line each; taken back in reverse order. */
  readonly define?: readonly {
    readonly file: 'kprobe_events' | 'uprobe_events' | 'synthetic_events'
    readonly line: string
    readonly name: string
  }[]
  /** [file, text] in this order, before recording starts: filters, triggers, then enables. */
  readonly write: readonly (readonly [file: string, text: string])[]
  /** What to read afterwards, `*` allowed: `trace`, `events/x/y/hist`, `per_cpu/cpu*\/stats`. */
  readonly read: readonly string[]
}

export type Act = RunAct | FtraceAct

/** A function of a program, found in the symbols of its file. */
export interface ProgramFunction {
  /** For people: no program text and no file of the kernel is made of it. */
  readonly name: string
  /** Where the file says it is in memory, and where it is in the file. */
  readonly address: number
  readonly offset: number
}

/** What a back end is told when it makes its acts. */
export interface Plan {
  readonly seconds: number
  /** Recorded into a ring that overwrites itself until something happens, `seconds` at most: only back ends with a `ring` are told so. */
  readonly armed?: true
  /** Events per second counted beforehand, all of the probe's together; undefined: not known. */
  readonly rate?: number
  readonly context: Context
  /** Only this process, where the question is about one. */
  readonly pid?: number
  /** Of that process: what is asked about, where the question is about a function. */
  readonly function?: ProgramFunction
  /** CPUs it may see. */
  readonly cpus: number
}

export interface BackEnd {
  /** Unique in its probe: the instrument, and a word when it has two. */
  readonly id: string
  readonly instrument: Instrument
  readonly mechanism: Mechanism
  /** The program; several when the distributions call it differently: the first that is here. Absent: tracefs itself. */
  readonly tools?: readonly string[]
  /** Tracepoints it attaches to, `sched:sched_switch`; each `group:name` must be there, with these fields: `block:block_rq_issue(dev,sector)`. */
  readonly events: readonly string[]
  /** Time each event takes on the CPU it happens on, in microseconds: measured (docs/reference/probe-overhead.md). */
  readonly microseconds: number
  /** Most events per second it can keep up with; above, the next back end is asked. Logs of every event: 10,000. */
  readonly mostEvents?: number
  /** Never without a person's consent, whatever its cost: modules, ptrace. */
  readonly consent?: 'always'
  /** It can be armed: so many events fit its ring, on all CPUs together, and its reading says which time they cover. Absent: it only measures now. */
  readonly ring?: number
  readonly acts: (plan: Plan, tool: string) => readonly Act[]
  /** What it printed → the metrics. Pure. */
  readonly read: (looks: readonly Observation[], plan: Plan) => Reading | Unavailable
  /** Events it says it lost. What a ring overwrote is not lost: it was to be. */
  readonly lost?: (looks: readonly Observation[], plan: Plan) => number
  /** Whether its program came to its own end: what has nothing to show and did not is a broken instrument. Absent: it cannot tell. */
  readonly finished?: (looks: readonly Observation[]) => boolean
}

/** A counter of the kernel that moves whenever there is something to see: an empty answer beside it is a broken instrument. */
export interface Control {
  readonly path: string
  /** Text of the file → a number that only grows; undefined: not understood. */
  readonly count: (text: string) => number | undefined
  /** What it counts, for people: `context switches`. */
  readonly of: string
  /** It must grow by this much before an empty answer is disbelieved. */
  readonly least: number
}

/** How often it happens, where no tracepoint and no counter tells: found out by counting for a moment. */
export interface Preflight {
  readonly act: (plan: Plan) => Act
  /** Events a second; undefined: not understood. */
  readonly rate: (look: Observation) => number | undefined
}

export interface Probe {
  /** Its folder in src/probes. */
  readonly id: string
  /** The metric a runbook escalates to. */
  readonly answers: string
  /** All metrics it gives: the answer first, then those of the same reading (by process, by disk, the one name that matters). */
  readonly gives: readonly string[]
  /** The question, for people. */
  readonly asks: string
  /** How to read the answer: reading → conclusion. */
  readonly tells: string
  readonly seconds: number
  /** What is counted beforehand; times `microseconds` of the back end is the predicted cost. `sample`: 99 a second on each CPU. */
  readonly counted: readonly string[] | 'sample'
  /** Where the rate can be had without perf: a file whose counter grows with each event. */
  readonly control?: Control
  readonly preflight?: Preflight
  /** It is about a function of one process: nothing can be asked without both. */
  readonly needs?: 'function'
  /** Each event counted beforehand ends in the answer: an empty answer beside many of them is disbelieved, also without a control. */
  readonly answersEach?: true
  /** The workload it was checked against, and what it said. */
  readonly checked: string
  /** In the order they are tried. */
  readonly backEnds: readonly BackEnd[]
}
