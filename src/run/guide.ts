// Guide: how a run talks to a person: shows what comes, asks, reports progress. The silent one lets cron run the same runbook.
import type { Consent, Waited } from '../model/escalation.ts'
import type { Finding } from '../model/finding.ts'
import type { AskStep } from '../model/runbook.ts'

/** What is about to happen, for a person who decides whether it should. */
export interface Announcement {
  readonly runbook: string
  readonly state: string
  readonly title: string
  /** Why this step is there and what to look for. */
  readonly why: string
  /** Commands and files, as they will be run and read. */
  readonly looks: readonly string[]
  readonly seconds: number
}

/** A step whose checks were judged. */
export interface Seen {
  readonly state: string
  readonly title: string
  readonly look?: string
}

export interface Guide {
  /** What comes is worked out only for a guide that tells it. */
  readonly before: (step: () => Announcement) => Promise<'run' | 'skip' | 'quit'>
  readonly progress: (elapsedMs: number, totalMs: number, waited?: Waited) => void
  readonly after: (step: Seen, findings: readonly Finding[]) => void
  readonly ask: (step: AskStep) => Promise<string>
  /** A probe above the limit of the policy: a person may allow it. Absent: the limit is the limit. */
  readonly consent?: (consent: Consent) => Promise<'yes' | 'no' | 'quit'>
}

export const silentGuide: Guide = {
  before: () => Promise.resolve('run'),
  progress: () => {},
  after: () => {},
  ask: (step) => Promise.resolve(step.default),
}
