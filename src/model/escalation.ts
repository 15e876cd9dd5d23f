// Escalation: what became of one question to the kernel: which instrument answered, at what cost, or why none did. Part of the report.
import type { Answer } from './metric.ts'
import type { Overhead } from './probe.ts'
import type { Unavailable } from './unavailable.ts'

/** A back end that was considered, and why it gave no answer; the one that answered has none. */
export interface Tried {
  readonly backEnd: string
  readonly why?: Unavailable
  /** Predicted, where it came so far. */
  readonly cost?: Cost
}

export interface Cost {
  /** Events per second counted before; absent: could not be counted. */
  readonly eventsPerSecond?: number
  /** Predicted share of one CPU, in percent: events × time of each. */
  readonly cpuShare?: number
  readonly overhead: Overhead
  /** CPU time the instrument's own programs took. */
  readonly measuredCpuMs?: number
}

export interface Escalation {
  /** `cpu/escalate-1`: runbook and state; absent when a person asked directly. */
  readonly state?: string
  readonly metric: string
  readonly probe?: string
  readonly asks: string
  /** How to read the answer. */
  readonly tells?: string
  /** `quiet`: it was armed, and what it waited for did not happen. */
  readonly outcome: 'answered' | 'refused' | 'impossible' | 'interrupted' | 'quiet'
  /** Why it was refused or impossible. */
  readonly why?: Unavailable
  /** What would have been learnt: printed when it was not. */
  readonly would?: string
  readonly tried: readonly Tried[]
  readonly backEnd?: string
  /** What a person would type. */
  readonly command?: string
  readonly seconds?: number
  readonly armed?: Armed
  readonly cost?: Cost
  /** Events the instrument says it lost. */
  readonly lost?: number
  /** `12,345 context switches meanwhile`: the counter that shows that the instrument saw. */
  readonly control?: string
  readonly answer?: Answer
  /** What else the same reading gave, by metric: who and what behind a histogram. */
  readonly more?: Readonly<Record<string, Answer>>
}

/** What a person is shown while something is waited for. */
export interface Waited {
  readonly doing: 'arming' | 'recording' | 'waiting' | 'reading'
  /** How often it was looked at what is waited for. */
  readonly looks: number
  /** The last look could not tell. */
  readonly unknown?: boolean
  /** Counted before it was armed. */
  readonly eventsPerSecond?: number
}

/** A question that was recorded into a ring until something happened; `seconds` of the escalation is the time its record covers. */
export interface Armed {
  /** What was waited for, as it was written. */
  readonly until: string
  readonly upToSeconds: number
  /** From the start of the recording until it happened; absent: nothing was recorded. */
  readonly waitedSeconds?: number
  /** The guard ended the recording before it happened. */
  readonly halted?: string
}

/** What a person is told before the kernel is instrumented. */
export interface Consent {
  readonly asks: string
  readonly why?: string
  readonly backEnd: string
  readonly command: string
  readonly events: readonly string[]
  readonly seconds: number
  /** It records for so long at most, until this happens. */
  readonly until?: string
  readonly cost: Cost
  /** What it cannot break, and what is removed afterwards. */
  readonly safety: string
}
