// Runbook: a list of steps, forward only, as its author wrote it.

interface StepBase {
  /** Anchor for `after:` and graph labels; a name is made when absent. */
  readonly id?: string
  /** CEL over statuses (`cpu.busy.firing`), metrics and answers; absent: always. */
  readonly when?: string
}

export interface CheckStep extends StepBase {
  readonly check: string | readonly string[]
  /** What to look for, for the person who follows along. */
  readonly look?: string
}
export interface EscalateStep extends StepBase {
  /** A metric that only a probe can give. */
  readonly escalate: string
  readonly why?: string
  /** Checks that read the answer: judged when there is one, unknown with its reason when there is none. */
  readonly judge?: string | readonly string[]
}
export interface AskStep extends StepBase {
  readonly ask: string
  /** Name of the answer in `when`: `answer.NAME`. */
  readonly as: string
  readonly choices: Readonly<Record<string, string>>
  readonly default: string
}
export interface FollowStep extends StepBase {
  readonly follow: string
}
export interface AssumeStep extends StepBase {
  /** Check id → status. */
  readonly assume: Readonly<Record<string, 'ok' | 'warn' | 'critical' | 'unknown'>>
  readonly because: string
}
export interface WaitStep extends StepBase {
  /** Measure these checks again and again … */
  readonly wait: string | readonly string[]
  /** … until this holds, */
  readonly until: string
  readonly every: string
  readonly 'up-to': string
  /** A metric of a probe: recorded into a ring meanwhile, saved and read when `until` holds. */
  readonly record?: string
  readonly why?: string
  /** Checks that read what was recorded: judged when there is an answer, unknown with its reason when there is none. */
  readonly judge?: string | readonly string[]
}
export interface GroupStep extends StepBase {
  readonly group: string
  readonly steps: readonly Step[]
}
export interface ConcludeStep extends StepBase {
  readonly conclude: string
  readonly when: string
  /** Entry of the cause catalogue; without one the verdict clears something. */
  readonly cause?: string
  /** Check whose culprit is the one to name; default: the first firing check in `when` that has one. */
  readonly blame?: string
  /** Checks that make the verdict surer when they fire: independent signals of the same cause. */
  readonly 'supported-by'?: readonly string[]
  /** At most this much confidence, whatever the evidence. */
  readonly confidence?: 'high' | 'medium' | 'low'
}

export type Step = CheckStep | EscalateStep | AskStep | FollowStep | AssumeStep | WaitStep | GroupStep | ConcludeStep

export const VERBS = ['check', 'escalate', 'ask', 'follow', 'assume', 'wait', 'group', 'conclude'] as const
export type Verb = (typeof VERBS)[number]

export interface RunbookDocument {
  readonly runbook: string
  readonly goal: string
  /** A built-in runbook this one adds steps to. */
  readonly extends?: string
  /** Overrides `check.param`, each with a reason. */
  readonly params?: Readonly<Record<string, { readonly value: string | number; readonly because: string }>>
  readonly steps: readonly (Step & { readonly after?: string })[]
}
