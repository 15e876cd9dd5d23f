// A probe's acts → one observation each, on this machine: guarded, in the ledger before they are made, taken back on every way out.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Observation } from '../model/observation.ts'
import type { Act } from '../model/probe.ts'
import { messageOf } from './error.ts'
import { ftraceAct } from './ftrace.ts'
import { hostCpu, kernelShare, shortOfMemory, type HostCpu } from './guard.ts'
import type { Guard, Progress, Task } from './host.ts'
import { runAct } from './instrument-run.ts'
import { newRow, type Row } from './instrument-row.ts'
import { newTrigger, type Trigger } from './trigger.ts'
import type { Which } from './instrument-undo.ts'
import { ordered } from './recording.ts'

export type Seen = Pick<Observation, 'outcome' | 'text' | 'bytes'> &
  Partial<Pick<Observation, 'stderr' | 'exitCode' | 'signal' | 'cpuMs'>>

export type Subject = Pick<Observation, 'source' | 'tier' | 'argv' | 'paths'>

/** What the local host lends. */
export interface Means {
  readonly now: () => number
  readonly which: Which
  readonly cap: number
  readonly reaped: () => number
  readonly own: number[]
  /** Takes the time as a look begins; what it answers makes the observation as it ends. */
  readonly observe: (subject: Subject) => (seen: Seen) => Observation
  /** CPU time of the host at an earlier moment of the run. */
  readonly earlier?: HostCpu | undefined
}

/** All an act needs beside itself. */
export interface Performing {
  readonly row: Row
  readonly means: Means
  readonly guard: Guard
  /** Share of the CPUs spent in the kernel before. */
  readonly before: number
  readonly signal: AbortSignal
  /** What its armed act waits for. */
  readonly trigger?: Trigger
}

const BASELINE_MS = 500
const PROGRESS_MS = 500

export async function instrument(
  { source, acts, guard, until }: Task,
  signal: AbortSignal,
  means: Means,
  progress?: Progress,
): Promise<readonly Observation[]> {
  const row = newRow(means.which)
  const looks: Observation[] = []
  const trigger = until && newTrigger(until, signal)
  const before = await kernelBefore(means)
  const performing: Performing = { row, means, guard, before, signal, ...(trigger && { trigger }) }
  const unreport = report(acts, means, progress)
  for (const act of acts) {
    const done = means.observe({ source, tier: 'trace', ...subjectOf(act) })
    const look = done(await perform(act, looks.length + 1, performing))
    looks.push(look)
    if (look.outcome !== 'ok') break
  }
  unreport()
  const left = await row.end()
  await trigger?.end(looks.length < acts.length || looks.at(-1)?.outcome !== 'ok')
  const last = looks.pop()
  if (!last) return looks
  return [...looks, left === undefined ? last : ordered({ ...last, stderr: `${last.stderr ?? ''}${left}\n` })]
}

async function perform(act: Act, number: number, performing: Performing): Promise<Seen> {
  if (performing.signal.aborted) return { outcome: 'interrupted', text: '', bytes: 0 }
  const short = act.kind === 'ftrace' || act.tracing ? shortOfMemory() : undefined
  if (short !== undefined) return { outcome: 'guarded', text: '', bytes: 0, stderr: `not begun: ${short}\n` }
  try {
    return await (act.kind === 'run' ? runAct(act, performing) : ftraceAct(act, number, performing))
  } catch (error) {
    return { outcome: 'failed', text: '', bytes: 0, stderr: `${messageOf(error)}\n` }
  }
}

/** As it is written in the probe, placeholders and all: a replay says the same. */
function subjectOf(act: Act): Pick<Subject, 'argv' | 'paths'> {
  return act.kind === 'run'
    ? { argv: act.argv }
    : { paths: act.read.map((path) => `/sys/kernel/tracing/instances/{id}/${path}`) }
}

/** A run has looked around before it escalates; where it has not, half a second is spent on it. */
async function kernelBefore({ earlier }: Means): Promise<number> {
  const from = earlier ?? hostCpu()
  if (!earlier) await sleep(BASELINE_MS)
  return kernelShare(from, hostCpu()) ?? 0
}

function report(acts: readonly Act[], { now }: Means, progress: Progress | undefined): () => void {
  if (!progress) return () => {}
  const began = now()
  const total = acts.reduce((sum, { lastsMs }) => sum + lastsMs, 0)
  const timer = setInterval(() => progress(Math.min(Math.round(now() - began), total), total), PROGRESS_MS)
  return () => clearInterval(timer)
}
