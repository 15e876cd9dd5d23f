// A question asked of tracepoints → a back end by a private LTTng kernel session; babeltrace2 prints its trace; the log → histogram and rows.
//   [10:51:02.198089110] (+0.000001210) host sched_switch: { cpu_id = 1 }, { tid = 7, procname = "dd" }, { prev_comm = "dd", prev_tid = 7, … }
//   WARNING … Tracer discarded 12 events between …                       (standard error)
import type { BackEnd, Plan, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { LOG_CAP, LOG_MOST_EVENTS, logSeconds } from './log-budget.ts'
import { measureLog } from './measure-log.ts'
import { spoiled } from './outcome.ts'
import { understood, type LogOptions } from './perf-log.ts'
import { pointsOf, type Question } from './question.ts'

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

/** lttng-modules must be there: the session daemon loads them, so a person is asked. */
export function lttng(options: LogOptions): BackEnd {
  const names = [...new Set(pointsOf(options.question).map(({ event }) => event))]
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
      const bad = spoiled(looks, ACTS)
      if (bad) return bad
      const log = understood('lttng', looks.at(-1)?.text ?? '', names)
      return 'unavailable' in log ? log : options.read(measureLog(log, options.question, plan.pid))
    },
    lost: discarded,
  }
}

function sessionActs(question: Question, plan: Plan, tool: string): readonly RunAct[] {
  const seconds = logSeconds(plan)
  const step = (...argv: readonly string[]): RunAct => ({
    kind: 'run',
    argv: [tool, ...argv],
    lastsMs: 0,
    graceMs: GRACE_MS,
    tracing: false,
    leaves: [{ kind: 'lttng', name: SESSION }],
  })
  return [
    { ...step('create', SESSION, '--output={scratch}/trace'), graceMs: START_GRACE_MS },
    step('enable-channel', '-k', '-s', SESSION, '--subbuf-size=1M', '--num-subbuf=4', CHANNEL),
    ...eventSteps(question).map((argv) => step('enable-event', '-k', '-s', SESSION, '-c', CHANNEL, ...argv)),
    step('add-context', '-k', '-s', SESSION, '-c', CHANNEL, '-t', 'pid', '-t', 'tid', '-t', 'procname'),
    step('start', SESSION),
    { kind: 'run', argv: ['sleep', String(seconds)], lastsMs: seconds * 1000, tracing: true },
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
