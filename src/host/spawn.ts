// An argv → one finished child: its output up to a cap, how it ended, what it cost. The only module that starts programs.
//
// Node's own child_process, not execa: of execa only the argv would be used, and it costs 35 ms of CPU a run (docs/adr). A time
// limit that waits for whoever holds the pipes is none (M-04), so it is ours: at the deadline the whole process
// group gets SIGINT (sysstat closes its JSON on it), SIGTERM, SIGKILL; then the pipes are destroyed and the child is let go,
// whether or not it ever ends.
import { spawn, type ChildProcess } from 'node:child_process'
import type { Outcome } from '../model/observation.ts'
import { collect } from './collect.ts'
import { ENVIRONMENT } from './environment.ts'
import { codeOf, messageOf } from './error.ts'
import { expendable, killGroup, whyStuck } from './group.ts'

export interface Limits {
  readonly deadlineMs: number
  /** Bytes of standard output kept; the child is stopped when it prints more. */
  readonly cap: number
  /** Exit statuses that are not failures beside 0. */
  readonly accept: readonly number[]
  /** Called as the child is reaped; answers what it cost in ms. */
  readonly reaped: () => number
  /** Given on standard input; nothing otherwise. */
  readonly input?: string
  /** Replaces the usual one. */
  readonly environment?: Readonly<Record<string, string>>
  /** How long each signal may take at the deadline: a tracer prints what it has. */
  readonly rungMs?: number
}

export interface Ran {
  readonly outcome: Outcome
  readonly exitCode?: number
  readonly signal?: string
  readonly text: string
  readonly stderr: string
  readonly bytes: number
  readonly cpuMs: number
}

/** `ok`: it lasted as long as it was wanted. */
export type Stop = 'ok' | 'timeout' | 'truncated' | 'guarded' | 'interrupted'

export interface Running {
  readonly pid: number | undefined
  readonly done: Promise<Ran>
  readonly stop: (why: Stop) => void
}

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly cpuMs: number
}

const STDERR_CAP = 16 * 1024
const RUNGS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const
const RUNG_MS = 300
/** An interrupted run must be over within a second. */
const HURRIED_RUNG_MS = 200
/** How long an ended child's pipes may stay open: a grandchild may hold them for ever. */
const LINGER_MS = 100

export function start(path: string, argv: readonly string[], limits: Limits): Running {
  const launched = launch(path, argv, limits)
  const { child } = launched
  if (child?.pid === undefined) {
    return { pid: undefined, done: launched.failure.then((error) => notStarted(path, error)), stop: () => {} }
  }
  const { pid } = child
  expendable(pid)
  const out = collect(child.stdout, limits.cap, () => stop('truncated'))
  const err = collect(child.stderr, STDERR_CAP)
  let stopped: Stop | undefined
  let end: End | undefined
  let settled = false
  let timer = setTimeout(() => stop('timeout'), limits.deadlineMs)
  let resolve: (ran: Ran) => void = () => {}
  const done = new Promise<Ran>((resolved) => (resolve = resolved))

  const settle = () => {
    clearTimeout(timer)
    if (settled) return
    settled = true
    const note = end ? '' : whyStuck(pid)
    resolve(result(stopped ?? outcome(end, limits.accept), end, out.text(), out.bytes(), err.text() + note))
    // Not waited for: a frozen child, or one that fled the group, would hold us for ever.
    out.close()
    err.close()
    child.unref()
  }
  const climb = (rung: number, ms: number) => {
    const signal = RUNGS[rung]
    if (signal === undefined) return settle()
    killGroup(pid, signal)
    timer = setTimeout(() => climb(rung + 1, ms), ms)
  }
  const stop = (why: Stop) => {
    if (stopped !== undefined || end !== undefined) return
    stopped = why
    clearTimeout(timer)
    climb(0, why === 'interrupted' ? HURRIED_RUNG_MS : (limits.rungMs ?? RUNG_MS))
  }
  child.once('exit', (code, signal) => {
    clearTimeout(timer)
    end = { code, signal, cpuMs: limits.reaped() }
    // What it left in its group would outlive the measurement.
    killGroup(pid, 'SIGKILL')
    if (settled) return
    // Output may wait in the pipe when our own loop was late: it is read between these two turns.
    timer = setTimeout(() => setImmediate(() => setImmediate(settle)), stopped === 'truncated' ? 0 : LINGER_MS)
  })
  child.once('close', settle)
  return { pid, done, stop }
}

/** Errors of starting come two ways: thrown at once, or told by the child that never was (R10: no descriptor, no process, no memory left). */
function launch(
  path: string,
  argv: readonly string[],
  { input, environment }: Limits,
): { readonly child?: ChildProcess; readonly failure: Promise<unknown> } {
  let failed: (error: unknown) => void = () => {}
  const failure = new Promise<unknown>((resolve) => (failed = resolve))
  try {
    const child = spawn(path, argv.slice(1), {
      env: environment ?? ENVIRONMENT,
      cwd: '/',
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    child.once('error', failed)
    // It may end without having read it.
    child.stdin?.on('error', () => {}).end(input)
    return { child, failure }
  } catch (error) {
    setImmediate(() => failed(error))
    return { failure }
  }
}

function notStarted(path: string, error: unknown): Ran {
  const code = codeOf(error)
  const kinds: Readonly<Record<string, Outcome>> = { ENOENT: 'missing', EACCES: 'denied', EPERM: 'denied' }
  const why = `${path} could not be started: ${messageOf(error)}`
  return { outcome: kinds[code ?? ''] ?? 'failed', text: '', stderr: why, bytes: 0, cpuMs: 0 }
}

function outcome(end: End | undefined, accept: readonly number[]): Outcome {
  if (end?.signal) return 'signalled'
  return end?.code === 0 || accept.includes(end?.code ?? -1) ? 'ok' : 'failed'
}

function result(outcome: Outcome, end: End | undefined, text: string, bytes: number, stderr: string): Ran {
  return {
    outcome,
    ...(typeof end?.code === 'number' && { exitCode: end.code }),
    ...(end?.signal && { signal: end.signal }),
    text,
    stderr,
    bytes,
    cpuMs: end?.cpuMs ?? 0,
  }
}
