// Event logs of Ftrace, perf, trace-cmd and LTTng → one stream of events with their fields by name.
//   dd-4211    [001] d..2. 11958.198089: sched_wakeup: comm=cat pid=7 prio=120 target_cpu=001      Ftrace, trace-cmd
//   dd  4211/4211  [001] 11958.198089:   sched:sched_wakeup: comm=cat pid=7 prio=120 target_cpu=001   perf script
//   [10:51:02.198089110] (+0.000001) host sched_waking: { cpu_id = 1 }, { comm = "cat", tid = 7 }   babeltrace2
import { LogEvent } from './log-event.ts'
import { readLttng } from './log-lttng.ts'

export type LogFormat = 'ftrace' | 'perf' | 'lttng'

// A command name may hold anything, dashes, blanks and brackets too, but at most 15 bytes (16 where the kernel shows a placeholder).
const FTRACE =
  /^ *(.{1,16}?)-(\d+) +(?:\([ \d-]+\) +)?\[(\d+)\] +(?:[^\s\d]\S{3,7} +|\d[^\s.]{3,7} +)?(\d+\.\d+): +(.*)$/
const FTRACE_EVENT = /^(\w+): ?(.*)$/
const SYSCALL_ENTER = /^sys_(\w+)\((.*)\)$/
const SYSCALL_EXIT = /^sys_(\w+) -> (0x[0-9a-f]+)$/
// An event of perf's own (`major-faults`) has no group.
const PERF = /^ *(.{1,16}?) +(-?\d+)\/(-?\d+) +\[(\d+)\] +(\d+\.\d+): +([\w-]+(?::[\w-]+)?): ?(.*)$/

/** Lines that are no events (headers, what a tool says of itself) are left out. `events`: `group:name` of those that were asked for. */
export function readLog(format: LogFormat, text: string, events: readonly string[]): Iterable<LogEvent> {
  if (format === 'lttng') return readLttng(text, events)
  return format === 'perf' ? readPerf(text) : readFtrace(text, events)
}

/** Line by line without an array of all of them: a log may hold 100,000. */
export function* eachLine(text: string): Generator<string> {
  for (let from = 0; ;) {
    const end = text.indexOf('\n', from)
    if (end < 0) return
    yield text.slice(from, end)
    from = end + 1
  }
}

/** `name` → `group:name`: Ftrace and LTTng do not print the group. */
export function groups(events: readonly string[]): ReadonlyMap<string, string> {
  return new Map(events.map((event) => [event.slice(event.indexOf(':') + 1), event]))
}

function* readFtrace(text: string, events: readonly string[]): Generator<LogEvent> {
  const full = groups(events)
  for (const line of eachLine(text)) {
    const [, comm, pid, cpu, seconds, rest] = FTRACE.exec(line) ?? []
    if (rest === undefined || comm === undefined) continue
    const [name, fields] = named(rest)
    if (name === undefined) continue
    yield new LogEvent(Number(seconds), Number(cpu), Number(pid), comm, full.get(name) ?? name, fields)
  }
}

/** System calls have a print of their own in tracefs, with numbers in hexadecimal without saying so. */
function named(rest: string): readonly [string | undefined, string] {
  const enter = SYSCALL_ENTER.exec(rest)
  if (enter) return [`sys_enter_${enter[1]}`, (enter[2] ?? '').replace(/: ([0-9a-f]+)(?=,|$)/g, ': 0x$1')]
  const exit = SYSCALL_EXIT.exec(rest)
  if (exit) return [`sys_exit_${exit[1]}`, exit[2] ?? '']
  const [, name, fields = ''] = FTRACE_EVENT.exec(rest) ?? []
  return [name, fields]
}

function* readPerf(text: string): Generator<LogEvent> {
  for (const line of eachLine(text)) {
    const [, comm, process, pid, cpu, seconds, event, fields] = PERF.exec(line) ?? []
    if (event === undefined || comm === undefined) continue
    yield new LogEvent(Number(seconds), Number(cpu), Number(pid), comm, event, fields ?? '', Number(process))
  }
}
