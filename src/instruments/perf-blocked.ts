// Switches of threads with their stacks, recorded by perf → the time each stack was blocked: a back end for off-CPU time.
//   dd 4211/4211 [001] 11958.198089: sched:sched_switch: prev_comm=dd prev_pid=4211 prev_prio=120 prev_state=D ==> next_comm=sh next_pid=7 next_prio=120
//           ffffffff821f8b58 __schedule ([kernel.kallsyms])
//           ffffffff821f94c3 schedule ([kernel.kallsyms])
import { foldPerfScript } from '../flame/index.ts'
import type { BackEnd } from '../model/probe.ts'
import type { Row } from '../model/tally.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { eachLine } from './log.ts'
import { fieldsOf } from './log-event.ts'
import { taskState } from './event-patterns.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import { lostRecords, recordAct } from './perf-log.ts'
import type { Reader } from './reading.ts'

const SWITCH = 'sched:sched_switch'
const HEADER = /^ *(.{1,16}?) +(-?\d+)\/(-?\d+) +\[(\d+)\] +(\d+\.\d+): +sched:sched_switch: (.*)$/
const MICROSECOND = 1e-6
/** Shorter waits are many and cost nobody much. */
const LEAST_SECONDS = 1e-3
/** Every switch is copied out with its stack. */
const MOST_EVENTS = 3000
const SCRIPT_CAP = 64 * 2 ** 20

export function perfBlocked(options: { readonly events: readonly string[]; readonly read: Reader }): BackEnd {
  return {
    id: 'perf',
    instrument: 'perf',
    mechanism: 'tracepoint',
    tools: ['perf'],
    events: options.events,
    microseconds: 5,
    mostEvents: MOST_EVENTS,
    acts: (plan, tool) => [
      recordAct(['-e', SWITCH, '-g', '-a'], plan, tool),
      {
        kind: 'run',
        argv: [
          tool,
          'script',
          '--show-lost-events',
          '-i',
          '{scratch}/perf.data',
          '-F',
          'trace:comm,pid,tid,cpu,time,event,ip,sym,dso,trace',
        ],
        lastsMs: 0,
        graceMs: 60_000,
        tracing: false,
        cap: SCRIPT_CAP,
      },
    ],
    read: (looks, { pid }) => {
      const found = spoiled(looks, 2) ?? blockedIn(looks[1]?.text ?? '', pid)
      return 'unavailable' in found ? found : options.read(found)
    },
    lost: lostRecords,
  }
}

interface Left {
  readonly seconds: number
  readonly state: 'S' | 'D'
  readonly who: string
  readonly pid: string
  readonly comm: string
  readonly frames: string[]
}

/** A thread that leaves the CPU blocked is pending until it is switched in; one that is preempted is not blocked. */
export function blockedIn(text: string, only?: number): Measured | Unavailable {
  const pending = new Map<string, Left>()
  const rows: Row[] = []
  const folder = foldPerfScript({ weight: 'period' })
  let frames: string[] | undefined
  let switches = 0
  for (const line of eachLine(`${text}\n`)) {
    const [, comm = '', process = '', thread = '', cpu = '', time, fields] = HEADER.exec(line) ?? []
    if (time === undefined || fields === undefined) {
      if (/^\s+\S/.test(line)) frames?.push(line)
      continue
    }
    frames = undefined
    const found = fieldsOf(SWITCH, fields)
    const state = taskState(found.get('prev_state') ?? '')
    const next = found.get('next_pid')
    if (state === undefined || next === undefined) continue
    switches++
    const seconds = Number(time)
    const before = pending.get(next)
    pending.delete(next)
    if (before && seconds - before.seconds >= LEAST_SECONDS) {
      const us = Math.round((seconds - before.seconds) / MICROSECOND)
      rows.push({
        labels: { pid: before.pid, state: before.state, comm: before.comm },
        count: 1,
        seconds: us * MICROSECOND,
      })
      folder.push(Buffer.from(`${before.who}: ${us} off-cpu:\n${before.frames.join('\n')}\n\n`))
    }
    if ((state & 3) !== 0 && (only === undefined || process === String(only))) {
      frames = []
      const letter = (state & 2) !== 0 ? 'D' : 'S'
      pending.set(thread, {
        seconds,
        state: letter,
        who: `${comm} ${process}/${thread} [${cpu}] ${time}`,
        pid: process,
        comm,
        frames,
      })
    }
  }
  if (switches === 0 && /^(?!.*PERF_RECORD).*\S/m.test(text))
    return unavailable('not understood', 'what perf script printed are no switches of threads')
  const stacks = folder.end()
  return {
    rows,
    stacks: {
      ...stacks,
      dimension: 'seconds',
      total: stacks.total * MICROSECOND,
      stacks: stacks.stacks.map((one) => ({ ...one, weight: one.weight * MICROSECOND })),
    },
  }
}
