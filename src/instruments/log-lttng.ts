// babeltrace text of an LTTng kernel trace → events with their fields under the names Ftrace has for them.
//   [10:51:02.198089110] (+0.000001210) host sched_switch: { cpu_id = 1 }, { prev_comm = "dd", prev_tid = 7, prev_prio = 20, prev_state = 0, next_comm = "cat", next_tid = 8, next_prio = 20 }
//   [1700000000.198089110] (+?.?????????) host sched_waking: { cpu_id = 0 }, { procname = "dd", tid = 7 }, { comm = "cat", tid = 8, prio = 20, target_cpu = 0 }
//   [10:51:02.2] (+0.1) host syscall_exit_futex: { cpu_id = 1 }, { ret = 0, uaddr = 140234 }
import { eachLine, groups } from './log.ts'
import { LogEvent } from './log-event.ts'

const LINE = /^\[([\d:.]+)\] \([^)]*\) (?:\S+ )?(\w+): \{ cpu_id = (\d+) \}(?:, (\{ .*))?$/
/** Bits of `rwbs` in lttng-modules, in the order the kernel prints their letters: `FWFSM`. */
const RWBS: readonly (readonly [bit: number, letter: string])[] = [
  [1 << 10, 'F'],
  [1 << 0, 'W'],
  [1 << 1, 'D'],
  [1 << 7, 'E'],
  [1 << 8, 'F'],
  [1 << 2, 'R'],
  [1 << 9, 'F'],
  [1 << 3, 'A'],
  [1 << 5, 'S'],
  [1 << 6, 'M'],
]
const SYSCALL = /^(?:compat_)?syscall_(entry|exit)_(\w+)$/

export function* readLttng(text: string, events: readonly string[]): Generator<LogEvent> {
  const full = groups(events)
  for (const line of eachLine(text)) {
    const [, time, name, cpu, payload] = LINE.exec(line) ?? []
    const seconds = secondsOf(time)
    if (name === undefined || seconds === undefined) continue
    const [context, fields] = sections(payload ?? '')
    const pid = Number(context.get('tid') ?? context.get('vtid') ?? -1)
    const process = context.get('pid')
    yield new LogEvent(
      seconds,
      Number(cpu),
      pid,
      context.get('procname') ?? '',
      eventOf(name, full),
      renamed(fields, name),
      process === undefined ? undefined : Number(process),
    )
  }
}

/** `[10:51:02.198]`, or seconds since the epoch (--clock-seconds). */
function secondsOf(text: string | undefined): number | undefined {
  const parts = text?.split(':').map(Number)
  return parts?.every(Number.isFinite) ? parts.reduce((total, part) => total * 60 + part, 0) : undefined
}

/** System calls are events of their own; to who asks for all of them they are one. */
function eventOf(name: string, full: ReadonlyMap<string, string>): string {
  const [, edge, call] = SYSCALL.exec(name) ?? []
  if (call === undefined) return full.get(name) ?? name
  const own = edge === 'entry' ? 'sys_enter' : 'sys_exit'
  return full.get(`${own}_${call}`) ?? full.get(own) ?? `syscalls:${own}_${call}`
}

/** The last section are the event's own fields; the one before it the context that was asked for: who ran. */
function sections(payload: string): readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>] {
  const found: Map<string, string>[] = []
  let current = new Map<string, string>()
  for (const match of payload.matchAll(/\{ |\}|(\w+) = ("(?:[^"\\]|\\.)*"|\([^)]*\)[^,}]*|[^,}]+)/g)) {
    if (match[0] === '{ ') {
      current = new Map()
      found.push(current)
    } else if (match[1] !== undefined) current.set(match[1], (match[2] ?? '').trim().replace(/^"(.*)"$/s, '$1'))
  }
  return [found.length > 1 ? (found.at(-2) ?? new Map()) : new Map(), found.at(-1) ?? new Map()]
}

/** LTTng calls a thread what it is, prints flags of requests as a number, and tells the name of a system call in the name of the event: Ftrace tells its number. */
function renamed(fields: ReadonlyMap<string, string>, event: string): ReadonlyMap<string, string> {
  const call = SYSCALL.exec(event)?.[2]
  const found = new Map(call === undefined ? [] : [['id', call]])
  for (const [name, value] of fields) found.set(name, name === 'rwbs' ? lettersOf(value) : value)
  for (const [name, value] of fields) if (/(?:^|_)tid$/.test(name)) found.set(name.replace(/tid$/, 'pid'), value)
  return found
}

/** 33 → `WS`, as Ftrace and perf print it. */
function lettersOf(rwbs: string): string {
  if (!/^\d+$/.test(rwbs)) return rwbs
  return RWBS.flatMap(([bit, letter]) => ((Number(rwbs) & bit) === 0 ? [] : [letter])).join('')
}
