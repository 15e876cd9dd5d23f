// Host: the one door to a machine. Local looks at this one, recorded replays what a capture stored.
import type { Waited } from '../model/escalation.ts'
import type { Observation, Tier } from '../model/observation.ts'
import type { Act } from '../model/probe.ts'
import type { Cost } from '../model/report.ts'
import type { Request, Window } from '../model/source.ts'
import type { Unavailable } from '../model/unavailable.ts'
import type { About } from './recording.ts'

/** One look a source asks for. */
export interface Asked {
  readonly source: string
  readonly tier: Tier
  readonly request: Request
}

/** Called as a measurement goes on: how much of the window is over, or of the time something is waited for. */
export type Progress = (elapsedMs: number, totalMs: number, waited?: Waited) => void

/** What a probe may do at most; past it, it is stopped and its observation says why. */
export interface Guard {
  /** CPU time its programs may take while they trace, as a share of one CPU (1 = a whole one), seen over a second. */
  readonly cpuShare: number
  /** Share of all CPUs in the kernel (system and interrupt time) above that of before, in the same sense: what tracing itself costs. */
  readonly systemShare: number
}

/** What a task that is armed waits for: true when it happened, false when it will not. Settles soon when it is stopped. */
export type Until = (signal: AbortSignal) => Promise<boolean>

/** A probe's acts, one after the other. */
export interface Task {
  /** `wakeup_latency/bpftrace`: probe and back end. */
  readonly source: string
  readonly acts: readonly Act[]
  readonly guard: Guard
  /** The trigger of its armed act: asked once that act records, never when the row fails before. */
  readonly until?: Until
}

export interface Host {
  readonly kind: 'local' | 'recorded'
  /** Of a recorded host: what was asked for then. A replay with the same window and target gives the same report, byte for byte. */
  readonly recording?: About
  /** ISO 8601 time of the start of the run. */
  readonly startedAt: string
  /** Milliseconds since then, by the monotonic clock. */
  readonly now: () => number
  /** Absolute path of a program, looked up once in a fixed list of directories; or why it cannot be run. */
  readonly which: (tool: string) => string | Unavailable
  /**
   * Takes all looks of one measurement over one window: programs start together, files are read at start, end or every interval.
   * Settles when the window is over and every program ended or was killed; never throws. Source id → its looks in time order.
   * A window of count 0 takes only the `start` looks and returns at once.
   */
  readonly look: (
    asked: readonly Asked[],
    window: Window,
    signal: AbortSignal,
    progress?: Progress,
  ) => Promise<ReadonlyMap<string, readonly Observation[]>>
  /**
   * Performs a probe's acts: instruments the kernel within the guard, and leaves nothing behind on any way out: what it makes is in the
   * ledger before it exists. One observation for each act that was begun; a failed one ends the row. Never throws, whatever the host does.
   * An armed act ends well when its trigger comes; as `timeout` when that does not. The guard only ends its recording: what was recorded
   * until then is read, and whether the trigger comes is waited for with nothing attached any more.
   */
  readonly instrument: (task: Task, signal: AbortSignal, progress?: Progress) => Promise<readonly Observation[]>
  /** What an earlier run of this boot learnt about the host (`capability bpftrace/tracepoint`); undefined: nothing. */
  readonly recall: (key: string) => string | undefined
  /** Keeps it until the next boot, where it can; never fails. */
  readonly remember: (key: string, value: string) => void
  /** Waits; returns at once when replaying and when the run is stopped. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** Process ids of this run itself and of every program it started: never culprits. */
  readonly own: () => readonly number[]
  readonly cost: () => Cost
}
