// Options several commands share, and their texts → typed values, each with an error that says what was expected.
import { Option, InvalidArgumentError, type Command } from 'commander'
import { parseQuantity, type Quantity } from '../model/unit.ts'
import type { Tier } from '../model/observation.ts'
import type { Overhead } from '../model/probe.ts'
import type { Window } from '../model/source.ts'

export interface MeasureOptions {
  readonly window?: Window
  readonly allow: Tier
  /** Absent: what the policy says, else low. */
  readonly maxOverhead?: Overhead
  readonly policy?: string
  readonly param: ReadonlyMap<string, Quantity>
  readonly from?: string
  readonly runbooks: readonly string[]
  readonly target?: string
  readonly deadline?: number
}

export const DEFAULT_WINDOW: Window = { intervalMs: 1000, count: 5 }

export function measureOptions(program: Command): Command {
  return means(libraryOption(program))
    .addOption(
      new Option(
        '--max-overhead <class>',
        'most a probe may take of a CPU: below 0.1 %, 1 %, 5 %, or anything (default low, or what the policy says)',
      ).choices(['negligible', 'low', 'medium', 'high']),
    )
    .option('--policy <file>', 'what may be done to the kernel (default /etc/tracebook/policy.yaml, when it is there)')
    .option(
      '--param <id=value>',
      'another threshold: CHECK.PARAM=VALUE, such as cpu.stolen.high=15% (repeatable)',
      paramOf,
      new Map(),
    )
    .option('--from <dir>', 'replay a recorded host instead of looking at this one')
    .option(
      '--target <what>',
      'what is slow: pid:N, comm:NAME, cgroup:PATH, port:N, mount:PATH or peer:HOST; its own view is judged first',
      targetOf,
    )
    .option('--deadline <time>', 'write the report of what is known after this time', secondsOf)
}

/** How long and how deep to look: all that decides what will be looked at. */
export function means(program: Command): Command {
  return program
    .option('--window <time>', 'length of a measurement window, in steps of one second (default 5s)', windowOf)
    .addOption(
      new Option('--allow <tier>', 'most intrusive kind of look: files, tools, counting events, tracing')
        .choices(['read', 'run', 'count', 'trace'])
        .default('trace'),
    )
}

export function libraryOption(program: Command): Command {
  return program.option(
    '--runbooks <dir>',
    "a team's own checks/ and runbooks/ beside the built-in ones (repeatable)",
    (dir: string, all: string[]) => [...all, dir],
    [] as string[],
  )
}

export function outOption(program: Command, what = 'also write a report there'): Command {
  return program.option(
    '--out <file>',
    `${what}; the ending tells the format (repeatable)`,
    (file: string, all: string[]) => [...all, file],
    [] as string[],
  )
}

export function fromOption(program: Command): Command {
  return program.option('--from <dir>', 'a recorded host instead of this one')
}

export function windowOf(text: string): Window {
  const seconds = secondsOf(text)
  if (seconds < 1 || seconds > 600) throw new InvalidArgumentError('a time from 1s to 10min, such as 5s.')
  return { intervalMs: 1000, count: Math.round(seconds) }
}

export function secondsOf(text: string): number {
  const quantity = parseQuantity(text)
  const seconds =
    quantity?.dimension === 'seconds' ? quantity.value : quantity?.dimension === 'count' ? quantity.value : Number.NaN
  if (!(seconds > 0)) throw new InvalidArgumentError('a time with a unit, such as 5s or 2min.')
  return seconds
}

/** Nothing stays attached for longer: a question that needs more is asked again. */
export function probeSecondsOf(text: string): number {
  const seconds = Math.round(secondsOf(text))
  if (seconds < 1 || seconds > 60) throw new InvalidArgumentError('a time from 1s to 60s, such as 5s.')
  return seconds
}

/** One look at what is waited for. */
export function everyOf(text: string): number {
  const seconds = Math.round(secondsOf(text))
  if (seconds < 1 || seconds > 60) throw new InvalidArgumentError('a time from 1s to 60s, such as 5s.')
  return seconds
}

/** A day: longer waits are for cron. */
export function upToOf(text: string): number {
  const seconds = secondsOf(text)
  if (seconds < 1 || seconds > 86_400) throw new InvalidArgumentError('a time from 1s to 24h, such as 10min.')
  return seconds
}

function paramOf(text: string, earlier: ReadonlyMap<string, Quantity>): ReadonlyMap<string, Quantity> {
  const match = /^([a-z][\w.]*\.[a-z]\w*)=(.+)$/.exec(text)
  const value = parseQuantity(match?.[2] ?? '')
  if (!match || !value) throw new InvalidArgumentError('CHECK.PARAM=VALUE with a unit, such as cpu.stolen.high=15%.')
  return new Map([...earlier, [match[1] ?? '', value]])
}

const TARGET = /^(?:pid:[1-9]\d*|port:\d{1,5}|comm:[^/]+|cgroup:\/.*|mount:\/.*|peer:\S+)$/

function targetOf(text: string): string {
  if (!TARGET.test(text))
    throw new InvalidArgumentError('pid:N, comm:NAME, cgroup:/PATH, port:N, mount:/PATH or peer:HOST.')
  return text
}
