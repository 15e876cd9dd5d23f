// find over the descriptors of all processes, and where each process sleeps → who reads the pipe another process waits to write to.
//   /proc/4242/fd/1 l-wx------ pipe:[88131] NUL          the producer writes to it
//   /proc/4243/fd/0 lr-x------ pipe:[88131] NUL          the consumer reads from it
//   4242 (cat) S 4100 … NUL anon_pipe_write NUL LF       and this one waits (scan of wchan)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { findRequest, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { channelOf, processInstance, standsIn, waitOf } from '../proc_stuck/waits.ts'

const MOST_INSTANCES = 16
const STANDARD_OUTPUT = 1
const ARGUMENTS = [
  underProcesses('/fd(/[0-9]+)?'),
  // Only pipes: the names of files are nobody's business here. NUL, because nothing else is sure to be in no name.
  ['-o', '-lname', 'pipe:*', '-printf', '%p %M %l\\0'],
].flat()
const WAITS_FOR_CHILD = /^(?:do_)?wait(?:4|id)?$/
const LINE = /^\/proc\/(\d+)\/fd\/(\d+) l(r|-)(w|-)\S* pipe:\[(\d+)\]$/

interface End {
  readonly pid: number
  readonly descriptor: number
  readonly pipe: string
  readonly reads: boolean
  readonly writes: boolean
}

export const source: Source = {
  id: 'find_descriptors',
  tier: 'run',
  tool: 'find',
  asks: 'Who should read the pipe that another process waits to write to?',
  gives: ['process.pipe_writers_held', 'process.pipe_reader_state'],
  requests: (_window, context) =>
    tooManyProcesses('descriptors are not listed', 'ls -l /proc/PID/fd | grep pipe', context) ?? [
      { kind: 'scan', files: ['wchan'], at: 'start' },
      findRequest(ARGUMENTS),
    ],
  parse: (looks) => {
    const found = looks.find((look) => look.argv !== undefined)
    const processes = new Map(
      looks.filter((look) => look !== found).flatMap((look) => scan(look.text, 1).map((one) => [one.pid, one])),
    )
    if (!found || processes.size === 0)
      return unavailable('not measured', 'the processes or their descriptors were not listed')
    const records = found.text.split('\0').filter((line) => line.trim() !== '')
    const ends = records.flatMap((line) => endOf(line) ?? [])
    if (ends.length < records.length)
      return unavailable('not understood', 'find printed a line that is no descriptor of a pipe')
    return { instances: held(ends, processes) }
  },
}

function endOf(line: string): End | undefined {
  const cells = LINE.exec(line.trim())
  if (!cells) return undefined
  const [, pid, descriptor, reads, writes, pipe = ''] = cells
  return { pid: Number(pid), descriptor: Number(descriptor), pipe, reads: reads === 'r', writes: writes === 'w' }
}

function held(ends: readonly End[], processes: ReadonlyMap<number, ProcessRecord>): Instance[] {
  const waiting = new Set(
    [...processes.values()].filter((one) => waitOf(channelOf(one)) === 'pipe').map((one) => one.pid),
  )
  // A pipe has two ends: one descriptor for both is a FIFO somebody keeps open.
  const writes = ends.filter((end) => end.writes && !end.reads && waiting.has(end.pid))
  const readers = new Map<number, Set<number>>()
  for (const { pid } of writes)
    for (const reader of ableOf(lastOf(pid, writes, ends), processes))
      readers.set(reader, (readers.get(reader) ?? new Set<number>()).add(pid))
  return [...readers].slice(0, MOST_INSTANCES).flatMap(([pid, writers]) => {
    const process = processes.get(pid)
    return process ? [instance(process, writers.size)] : []
  })
}

/** Who waits for its child lets that one read. Where nobody else has the pipe, it waits for a child that waits for it. */
function ableOf(readers: ReadonlySet<number>, processes: ReadonlyMap<number, ProcessRecord>): readonly number[] {
  const others = [...readers].filter((pid) => {
    const process = processes.get(pid)
    return process !== undefined && !WAITS_FOR_CHILD.test(channelOf(process) ?? '')
  })
  return others.length > 0 ? others : [...readers]
}

/** Who should read at the end of a pipeline: a reader that waits to write itself is held by its own reader. */
function lastOf(writer: number, writes: readonly End[], ends: readonly End[]): ReadonlySet<number> {
  const found = new Set<number>()
  const passed = new Set([writer])
  const next = [writer]
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    const own = writes.filter((end) => end.pid === pid)
    // Which one it waits for is not told: its standard output, or any. Others are often left from who started it.
    const output = own.filter((end) => end.descriptor === STANDARD_OUTPUT)
    const full = new Set((output.length > 0 ? output : own).map((end) => end.pipe))
    const readers = ends.filter((end) => end.reads && !end.writes && full.has(end.pipe) && !passed.has(end.pid))
    for (const reader of readers) {
      passed.add(reader.pid)
      if (writes.some((end) => end.pid === reader.pid)) next.push(reader.pid)
      else found.add(reader.pid)
    }
  }
  return found
}

function instance(process: ProcessRecord, writers: number): Instance {
  return processInstance(process, {
    'process.pipe_writers_held': writers,
    'process.pipe_reader_state': process.state === 'R' ? 'running' : standsIn(process),
  })
}
