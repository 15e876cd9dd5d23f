// Source: one way to learn metrics on a host. Declares what it gives and how to look; parses what was seen. No side effects.
import type { Context } from './context.ts'
import type { Answer, Instance, Value } from './metric.ts'
import type { Observation, Tier } from './observation.ts'
import type { Unavailable } from './unavailable.ts'

/** The measurement window all sources of one measurement share. */
export interface Window {
  readonly intervalMs: number
  readonly count: number
}

/** No window: one look, now. */
export const NOW: Window = { intervalMs: 1000, count: 0 }

/** When a look is taken: once as the window opens, as it closes, at both ends, or at every interval (count + 1 times). */
export type Moment = 'start' | 'end' | 'ends' | 'every'

/** Run a program for its standard output. A tool with its own interval and count is started at `start` and ends with the window. */
export interface RunRequest {
  readonly kind: 'run'
  readonly argv: readonly [string, ...string[]]
  readonly at: Moment
  /** Milliseconds allowed beyond the window. Default 3000. */
  readonly graceMs?: number
  /** True when the program itself lasts for the window (`vmstat 1 5`). */
  readonly lasting?: boolean
  /** Exit statuses that are not failures beside 0. */
  readonly accept?: readonly number[]
}

/** Read files. `*` stands for one path segment or part of it, `**` for any depth (at most 8); at most 4,000 files, 1 MiB each. */
export interface ReadRequest {
  readonly kind: 'read'
  readonly paths: readonly string[]
  readonly at: Moment
}

/**
 * Read files of every process: one record per process, `stat NUL file NUL file … NUL LF`, in the order of `files`.
 * A file that cannot be read is an empty field. Processes that end meanwhile are left out.
 */
export interface ScanRequest {
  readonly kind: 'scan'
  readonly files: readonly string[]
  readonly at: Moment
}

export type Request = RunRequest | ReadRequest | ScanRequest

export interface ParseInfo {
  readonly window: Window
  readonly context: Context
}

/** What a parser understood. Metrics it `gives` but did not find are named in `missing` with the reason, or left out (then: not understood). */
export interface Reading {
  readonly host?: Readonly<Record<string, Value>>
  readonly instances?: readonly Instance[]
  /** Of a probe: metric → histogram, stacks or events. */
  readonly answers?: Readonly<Record<string, Answer>>
  /** Of a probe that was armed: the time its record covers, from the first moment of which everything is there to the last event. */
  readonly spanSeconds?: number
  /** Metric id, or '*' for all others it gives → why. */
  readonly missing?: Readonly<Record<string, Unavailable>>
}

export interface Source {
  readonly id: string
  readonly tier: Tier
  /** The question it answers, for people. */
  readonly asks: string
  /** Program it runs; absent for readers. */
  readonly tool?: string
  readonly gives: readonly string[]
  /** A second of samples is enough. A measurement of such sources only is that short. */
  readonly brief?: boolean
  /** Order among the sources of one metric: lower is asked first. Default: run 10, read 20 (the traditional tool before its twin), count 50, trace 60. */
  readonly rank?: (context: Context) => number
  /** The looks to take; or why this host cannot. `wanted`: the metrics others do not give first; a reader may leave files out for it. */
  readonly requests: (
    window: Window,
    context: Context,
    wanted?: ReadonlySet<string>,
  ) => readonly Request[] | Unavailable
  /** Looks, in the order taken → what they say. Pure: the same looks always give the same reading. */
  readonly parse: (looks: readonly Observation[], info: ParseInfo) => Reading | Unavailable
}
