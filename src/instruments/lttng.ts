// A question asked of tracepoints → a back end by a private LTTng kernel session; babeltrace2 prints its trace; the log → histogram and rows.
//   [10:51:02.198089110] (+0.000001210) host sched_switch: { cpu_id = 1 }, { tid = 7, procname = "dd" }, { prev_comm = "dd", prev_tid = 7, … }
//   WARNING … Tracer discarded 12 events between …                       (standard error)
// Armed it is a snapshot session: nothing is written until its trigger comes; then its rings are stopped, saved, and read.
import type { BackEnd, Plan, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { isUnavailable, type Unavailable } from '../model/unavailable.ts'
import { LOG_CAP, LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { eachLine } from './log.ts'
import type { LogEvent } from './log-event.ts'
import { spoiled } from './outcome.ts'
import { measured, understood, type LogOptions } from './perf-log.ts'
import { pointsOf, type Question } from './question.ts'
import { ringKb, sinceWhole, withSpan } from './ring.ts'

/** Into its ring buffer and from there to a file by a daemon of its own. */
const MICROSECONDS = 0.5
const GRACE_MS = 15_000
/** The first command starts the session daemon, which loads all its modules before it answers: a second, half a minute where the CPU is emulated. */
const START_GRACE_MS = 60_000
const SESSION = '{id}'
const CHANNEL = 'tracebook'
const ALL_SYSCALLS = 'raw_syscalls:'
const SYSCALLS = /^(?:raw_)?syscalls:/
/** What is recorded is written by a daemon: each of its calls would be one more to write. */
const NOT_ITS_OWN = '$ctx.procname != "lttng-consumerd"'
/** One more where tracepoints and system calls are both asked for. */
const ACTS = 7
/** Armed it is stopped and saved as well. */
const RING_ACTS = ACTS + 2
/** 90 bytes each; sizes of buffers are powers of two, so that a half may be left unused. */
const RING_EVENTS = 35_000
const SUB_BUFFERS = 4
const PAGE = 4096

/** lttng-modules must be there: the session daemon loads them, so a person is asked. */
export function lttng(options: LogOptions): BackEnd {
  const names = [...new Set(pointsOf(options.question).map(({ event }) => event))]
  const logOf = (looks: readonly Observation[], plan: Plan): readonly LogEvent[] | Unavailable => {
    const bad = spoiled(looks, plan.armed ? RING_ACTS : ACTS)
    if (bad) return bad
    const text = looks.at(-1)?.text ?? ''
    const log = understood('lttng', text, names)
    return plan.armed && !isUnavailable(log) ? sinceWhole(log, wholeSince(text, log, plan)) : log
  }
  return {
    id: options.id ?? 'lttng',
    instrument: 'lttng',
    mechanism: 'module',
    tools: ['lttng'],
    events: options.events ?? names,
    microseconds: MICROSECONDS,
    mostEvents: options.mostEvents ?? LOG_MOST_EVENTS,
    consent: 'always',
    acts: (plan, tool) => sessionActs(options.question, plan, tool),
    read: (looks, plan) => {
      const log = logOf(looks, plan)
      if (isUnavailable(log)) return log
      const reading = options.read(measured(log, options, plan))
      return plan.armed ? withSpan(log, reading) : reading
    },
    ring: RING_EVENTS,
    lost: discarded,
  }
}

function sessionActs(question: Question, plan: Plan, tool: string): readonly RunAct[] {
  const seconds = plan.armed ? plan.seconds : logSeconds(plan)
  const step = (...argv: readonly string[]): RunAct => ({
    kind: 'run',
    argv: [tool, ...argv],
    lastsMs: 0,
    graceMs: GRACE_MS,
    tracing: false,
    leaves: [{ kind: 'lttng', name: SESSION }],
  })
  return [
    {
      ...step('create', SESSION, ...(plan.armed ? ['--snapshot'] : []), '--output={scratch}/trace'),
      graceMs: START_GRACE_MS,
    },
    step('enable-channel', '-k', '-s', SESSION, ...bufferArgs(plan), CHANNEL),
    ...eventSteps(question).map((argv) => step('enable-event', '-k', '-s', SESSION, '-c', CHANNEL, ...argv)),
    step('add-context', '-k', '-s', SESSION, '-c', CHANNEL, '-t', 'pid', '-t', 'tid', '-t', 'procname'),
    step('start', SESSION),
    {
      kind: 'run',
      argv: ['sleep', String(seconds)],
      lastsMs: seconds * 1000,
      tracing: true,
      ...(plan.armed ? { armed: true } : {}),
    },
    // Stopped first: what is saved is not overwritten meanwhile.
    ...(plan.armed ? [step('stop', SESSION), step('snapshot', 'record', '-s', SESSION)] : []),
    step('destroy', SESSION),
    {
      kind: 'run',
      argv: ['babeltrace2', '--clock-seconds', '{scratch}/trace'],
      lastsMs: 0,
      graceMs: 2 * GRACE_MS,
      tracing: false,
      cap: LOG_CAP,
    },
  ]
}

function bufferArgs(plan: Plan): readonly string[] {
  return plan.armed
    ? ['--overwrite', `--subbuf-size=${subBuffer(plan)}`, `--num-subbuf=${SUB_BUFFERS}`]
    : ['--subbuf-size=1M', `--num-subbuf=${SUB_BUFFERS}`]
}

/** Bytes: a power of two. */
function subBuffer({ cpus }: Plan): number {
  return Math.max(PAGE, 2 ** Math.floor(Math.log2((ringKb(cpus) * 1024) / SUB_BUFFERS)))
}

/**
 * No one says what was overwritten. A ring that was is full but for the part that came last; printed, an event is longer than it was: less text
 * than two parts of four is a ring that has room.
 */
function wholeSince(text: string, log: readonly LogEvent[], plan: Plan): number | undefined {
  const printed = new Map<number, number>()
  for (const line of eachLine(text)) {
    const cpu = Number(/\{ cpu_id = (\d+) \}/.exec(line)?.[1] ?? -1)
    printed.set(cpu, (printed.get(cpu) ?? 0) + line.length)
  }
  const full = new Set([...printed].flatMap(([cpu, length]) => (length >= 2 * subBuffer(plan) ? [cpu] : [])))
  const first = new Map<number, number>()
  for (const { cpu, seconds } of log) if (full.has(cpu) && !first.has(cpu)) first.set(cpu, seconds)
  return first.size > 0 ? Math.max(...first.values()) : undefined
}

/** System calls are named by themselves, each or all of them; tracepoints without their group. */
function eventSteps(question: Question): readonly (readonly string[])[] {
  const events = [...new Set(pointsOf(question).map(({ event }) => event))]
  const calls = [...new Set(events.flatMap((event) => /^syscalls:sys_(?:enter|exit)_(\w+)$/.exec(event)?.[1] ?? []))]
  const points = events.filter((event) => !SYSCALLS.test(event)).map((event) => event.slice(event.indexOf(':') + 1))
  const all = events.some((event) => event.startsWith(ALL_SYSCALLS))
  return [
    ...(points.length > 0 ? [['--tracepoint', points.join(',')]] : []),
    ...(all || calls.length > 0
      ? [['--syscall', ...(all ? ['--all'] : [calls.join(',')]), '--filter', NOT_ITS_OWN]]
      : []),
  ]
}

function discarded(looks: readonly Observation[]): number {
  return looks
    .flatMap(({ stderr }) => [...(stderr ?? '').matchAll(/discarded (\d+) events/gi)])
    .reduce((sum, [, count]) => sum + Number(count), 0)
}
